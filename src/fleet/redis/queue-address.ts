import { UsageError } from '../../core/errors.js'

/** Where the queue is, as `--queue` says it, and how one comes in. */
export interface QueueAddress {
  readonly host: string
  readonly port: number
  readonly database: number
  /** `rediss:`; the certificate is checked, as Node checks those of the web. */
  readonly isEncrypted: boolean
  readonly user: string | undefined
  readonly password: string | undefined
  /** What messages say: without user and password. */
  readonly shown: string
}

const hint = 'as in redis://queue.example.com:6379, or rediss:// with TLS'

/** The address that `--queue` says, with the password from elsewhere: what stands on a command line everybody on the machine reads. */
export function queueAddressOf(text: string, password: string | undefined): QueueAddress {
  if (!URL.canParse(text)) throw new UsageError('USAGE', '--queue is no URL', { hint })
  const url = new URL(text)
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') {
    throw new UsageError('USAGE', `--queue begins with redis:// or rediss://, not ${url.protocol}//`, { hint })
  }
  if (url.password !== '') {
    throw new UsageError('USAGE', "the queue's password stands in --queue, where others on this machine can read it", {
      hint: 'put it in EVENKEEL_FLEET_REDIS_PASSWORD, or in a file for --queue-password-file',
    })
  }
  if (url.hostname === '') throw new UsageError('USAGE', '--queue names no host', { hint })
  const database = /^\/?(\d{0,4})$/.exec(url.pathname)?.[1]
  if (database === undefined || url.search !== '' || url.hash !== '') {
    throw new UsageError('USAGE', '--queue has something behind its host that is no number of a database', { hint })
  }
  const shownDatabase = database === '' ? '' : `/${Number(database)}`
  return {
    // Brackets belong to the URL, not to the address.
    host: decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 6379 : Number(url.port),
    database: Number(database),
    isEncrypted: url.protocol === 'rediss:',
    user: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: password === '' ? undefined : password,
    shown: `${url.protocol}//${url.host}${shownDatabase}`,
  }
}
