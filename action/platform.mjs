import { readFileSync } from 'node:fs'

/** What GitHub said to a request, in words for the log. */
export class PlatformError extends Error {
  constructor(status, message, retryAfterMs) {
    super(message)
    this.status = status
    /** Undefined: the same again would end the same way. */
    this.retryAfterMs = retryAfterMs
  }
}

const triesMax = 4

/** Chosen: a job that waits longer for a comment costs more than it is worth. */
const waitMaxMs = 60_000
const pagesMax = 100

/**
 * GitHub's REST API for the repository that the job is of.
 *
 * `request` resolves with the answer's JSON, or throws a PlatformError. `list` resolves with all pages of an array. `patiently` does
 * its work again after a rate limit, a 5xx or a lost connection; work looks first at what is there, since a request whose answer was lost may have been
 * carried out.
 */
export function platformOf({ token }, environment) {
  const base = `${environment['GITHUB_API_URL'] ?? 'https://api.github.com'}/repos/${environment['GITHUB_REPOSITORY']}`

  async function ask(method, path, body) {
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'user-agent': 'evenkeel-action',
        'x-github-api-version': '2022-11-28',
      },
      // The token goes nowhere else.
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
      ...(body && { body: JSON.stringify(body) }),
    }).catch((error) => {
      throw new PlatformError(0, `${method} ${path}: ${error.cause?.message ?? error.message}`, 1_000)
    })
    if (answer.ok) return answer
    const said = await answer.json().catch(() => ({}))
    throw new PlatformError(answer.status, `${method} ${path}: ${answer.status} ${said.message ?? ''}`, waitMs(answer))
  }

  async function request(method, path, body) {
    return (await ask(method, path, body)).json()
  }

  async function list(path) {
    const all = []
    for (let page = 1; page <= pagesMax; page += 1) {
      const answer = await ask('GET', `${path}${path.includes('?') ? '&' : '?'}per_page=100&page=${page}`)
      all.push(...(await answer.json()))
      if (!/rel="next"/.test(answer.headers.get('link') ?? '')) break
    }
    return all
  }

  async function patiently(work) {
    for (let tried = 1; ; tried += 1) {
      try {
        return await work()
      } catch (error) {
        const again = error instanceof PlatformError && error.retryAfterMs !== undefined && tried < triesMax
        if (!again) throw error
        await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs))
      }
    }
  }

  return {
    request,
    list,
    patiently,
    pullRequest: pullRequestOf(environment),
    run: `${environment['GITHUB_SERVER_URL']}/${environment['GITHUB_REPOSITORY']}/actions/runs/${environment['GITHUB_RUN_ID']}`,
  }
}

/** Number of the pull request that the job is about; undefined: it is about none. */
function pullRequestOf(environment) {
  const path = environment['GITHUB_EVENT_PATH']
  if (!path) return undefined
  return JSON.parse(readFileSync(path, 'utf8')).pull_request?.number
}

/** GitHub docs, "Rate limits for the REST API": a 403 or 429 with `retry-after`, or with no request remaining until a moment. */
function waitMs({ status, headers }) {
  if (status >= 500) return 1_000
  if (status !== 403 && status !== 429) return undefined
  const seconds = headers.get('retry-after')
  const untilReset = Number(headers.get('x-ratelimit-reset')) * 1_000 - Date.now()
  const wait = seconds
    ? Number(seconds) * 1_000
    : headers.get('x-ratelimit-remaining') === '0'
      ? untilReset
      : Number.NaN
  return wait <= waitMaxMs ? Math.max(wait, 0) : undefined
}
