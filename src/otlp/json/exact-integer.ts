/** Where exponents stop making sense for 64 bits, with room for mantissas of many digits. */
const EXPONENT_MAX = 100;
const DIGITS_MAX = 200;

/**
 * The integer that a decimal text stands for, every digit kept; undefined where it is no integer.
 * `1.50e1` is 15. Texts of absurd length or exponent are refused before any arithmetic.
 */
export function exactInteger(text: string): bigint | undefined {
  if (/^-?[0-9]{1,200}$/.test(text)) return BigInt(text);
  if (text.length > DIGITS_MAX) return undefined;
  const parts = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,4}))?$/.exec(text);
  if (!parts) return undefined;
  const [, sign, whole, fraction = '', exponentText = '0'] = parts;
  const exponent = Number(exponentText) - fraction.length;
  if (Math.abs(exponent) > EXPONENT_MAX + DIGITS_MAX) return undefined;
  const digits = BigInt(`${whole}${fraction}`);
  const scale = 10n ** BigInt(Math.abs(exponent));
  if (exponent < 0 && digits % scale !== 0n) return undefined;
  const magnitude = exponent < 0 ? digits / scale : digits * scale;
  return sign === '-' ? -magnitude : magnitude;
}
