import type { Problem } from "./contract.js";

/** An error of the server, by its stable code; `permanent`: a retry cannot help. */
export class CriticError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly permanent: boolean,
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = "CriticError";
  }
}

/** No server answers; a retry may help. */
export function noServer(url: string, cause: unknown): CriticError {
  return new CriticError("no_server", `No server answers at ${url}: ${cause}`, 0, false);
}

/** The error of an unsuccessful response. */
export function errorOf(status: number, body: string, retryAfter: string | null): CriticError {
  const seconds = retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined;
  try {
    const problem = JSON.parse(body) as Problem;
    if (typeof problem.code === "string") {
      return new CriticError(problem.code, problem.detail, status, problem.permanent, seconds);
    }
  } catch {
    // no JSON: another program
  }
  return new CriticError("not_photo_critic", `Status ${status} without an explanation.`, status, status < 500, seconds);
}
