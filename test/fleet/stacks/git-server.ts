import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface GitServer {
  /** `https://127.0.0.1:…`; repositories lie below it by their names. */
  readonly url: string
  /** What was asked for so far. */
  readonly requests: string[]
  /** Its certificate, for GIT_SSL_CAINFO. */
  readonly certificate: string
  /** Commits files onto a branch, in place of all that it had; returns the commit. `links`: path to where it leads. */
  commit(
    repository: string,
    branch: string,
    files: Readonly<Record<string, string>>,
    links?: Readonly<Record<string, string>>,
  ): string
  close(): Promise<void>
}

/** git's own server of repositories behind https, with a certificate of its own, below a folder. */
export async function startGitServer(folder: string): Promise<GitServer> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', certificate]
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...made, ...subject], { stdio: 'pipe' })
  const repositories = join(folder, 'repositories')
  mkdirSync(repositories)
  const requests: string[] = []
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://x')
    requests.push(`${request.method} ${url.pathname}${url.search}`)
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: repositories,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    request.pipe(backend.stdin)
    const chunks: Buffer[] = []
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    backend.on('close', () => {
      const all = Buffer.concat(chunks)
      const end = all.indexOf('\r\n\r\n')
      for (const line of all.subarray(0, Math.max(end, 0)).toString().split('\r\n')) {
        const [name = '', value = ''] = line.split(': ')
        if (name.toLowerCase() === 'status') response.statusCode = Number(value.slice(0, 3))
        else if (name !== '') response.setHeader(name, value)
      }
      response.end(all.subarray(end + 4))
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}`,
    requests,
    certificate,
    commit: (repository, branch, files, links = {}) => {
      const bare = join(repositories, repository)
      git(repositories, ['init', '--quiet', '--bare', bare])
      const lines = [
        `commit refs/heads/${branch}`,
        'committer A <a@example.com> now',
        'data 1',
        'x',
        'deleteall',
        ...Object.entries(files).flatMap(([path, text]) => [
          `M 100644 inline ${path}`,
          `data ${Buffer.byteLength(text)}`,
          text,
        ]),
        ...Object.entries(links).flatMap(([path, target]) => [
          `M 120000 inline ${path}`,
          `data ${target.length}`,
          target,
        ]),
        '',
      ]
      git(bare, ['fast-import', '--quiet', '--force', '--date-format=now'], lines.join('\n'))
      return git(bare, ['rev-parse', branch]).trim()
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function git(cwd: string, args: readonly string[], input?: string): string {
  return execFileSync('git', [...args], {
    cwd,
    input: input ?? '',
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}
