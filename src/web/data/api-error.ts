/** Why an answer did not come: what the API said of it (RFC 9457), or that nobody answered. */
import { text } from '../text/en.ts';

export interface Problem {
  readonly title: string;
  readonly detail: string;
  /** The API's stable code, or `Unreachable`, `Malformed`. */
  readonly code: string;
  /** 0 where there was no answer. */
  readonly status: number;
  readonly parameter?: string;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(`${problem.title}: ${problem.detail}`, { cause });
    this.problem = problem;
  }

  static unreachable(cause: unknown): ApiError {
    const { unreachable, unreachableDetail } = text.problem;
    const problem = { title: unreachable, detail: unreachableDetail, code: 'Unreachable' };
    return new ApiError({ ...problem, status: 0 }, cause);
  }

  static malformed(detail: string, status: number, cause?: unknown): ApiError {
    return new ApiError(
      { title: text.problem.malformed, detail, code: 'Malformed', status },
      cause,
    );
  }
}

/** What an answer that is no success says of itself. */
export async function errorOf(response: Response): Promise<ApiError> {
  const { status } = response;
  try {
    const said: Partial<Problem> = await response.json();
    const { title, detail = '', code = 'Unknown', parameter } = said;
    if (typeof title !== 'string') throw new TypeError('no title');
    return new ApiError({
      ...{ title, detail: String(detail), code: String(code), status },
      ...(typeof parameter === 'string' && { parameter }),
    });
  } catch (cause) {
    return ApiError.malformed(text.problem.status(status), status, cause);
  }
}
