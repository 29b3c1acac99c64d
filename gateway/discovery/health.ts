/** `/healthz`, `/livez`, `/readyz`: plain text, one line per check on `?verbose` or a failure. */
import type { ApiResponse } from '../api-request.js';
import type { Query } from '../query.js';
import { textResponse } from '../respond.js';

export interface HealthCheck {
  readonly name: string;
  /** Which endpoints ask it besides /healthz. */
  readonly endpoints: readonly ('livez' | 'readyz')[];
  /** Undefined where all is well, else the reason in a few words. */
  failure(): string | undefined | Promise<string | undefined>;
}

type Endpoint = 'healthz' | 'livez' | 'readyz';

interface Result {
  readonly name: string;
  readonly failure: string | undefined;
}

const PING: HealthCheck = { name: 'ping', endpoints: ['livez', 'readyz'], failure: () => undefined };

export class HealthChecks {
  readonly #checks: readonly HealthCheck[];

  constructor(checks: readonly HealthCheck[]) {
    this.#checks = [PING, ...checks];
  }

  async answer(endpoint: Endpoint, name: string | undefined, query: Query): Promise<ApiResponse> {
    const asked = this.#checks.filter((check) => endpoint === 'healthz' || check.endpoints.includes(endpoint));
    if (name !== undefined) return this.#one(asked, name);
    const excluded = query.all('exclude');
    const results = await Promise.all(asked.filter((check) => !excluded.includes(check.name)).map(resultOf));
    const isWell = results.every(({ failure }) => failure === undefined);
    if (isWell && !query.has('verbose')) return textResponse(200, 'ok');
    const lines = results.map((result) => lineOf(result));
    const verdict = isWell ? `${endpoint} check passed` : `${endpoint} check failed`;
    return textResponse(isWell ? 200 : 500, `${[...lines, verdict].join('\n')}\n`);
  }

  async #one(checks: readonly HealthCheck[], name: string): Promise<ApiResponse> {
    const check = checks.find((candidate) => candidate.name === name);
    if (!check) return textResponse(404, '404 page not found\n');
    const { failure } = await resultOf(check);
    return failure === undefined ? textResponse(200, 'ok') : textResponse(500, `internal server error: ${failure}\n`);
  }
}

async function resultOf(check: HealthCheck): Promise<Result> {
  try {
    return { name: check.name, failure: await check.failure() };
  } catch (error) {
    return { name: check.name, failure: error instanceof Error ? error.message : String(error) };
  }
}

function lineOf({ name, failure }: Result): string {
  return failure === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`;
}
