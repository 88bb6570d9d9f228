/** Of what the rewriter makes: to be raised when it makes something else of the same text, as that is kept from run to run. */
export const REWRITER_VERSION = 12;
