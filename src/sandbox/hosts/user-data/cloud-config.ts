import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'
import { messageOf } from '../../../core/errors.js'
import type { LoweredUserData, UserDataScript } from './lowered-user-data.js'
import { shellQuote } from './shell-quote.js'

/** A `#cloud-config` key's value is not what its module understands. */
class Misunderstood extends Error {}

type Module = (value: unknown, loginUser: string) => Omit<UserDataScript, 'name'>

/**
 * The keys that are emulated, in the order in which cloud-init runs their modules.
 * https://cloudinit.readthedocs.io/en/latest/reference/modules.html
 */
const modules: Readonly<Record<string, Module>> = {
  bootcmd: (value) => ({ when: 'every-boot', content: commandLines(value, 'bootcmd') }),
  write_files: (value) => ({ when: 'once', content: list(value, 'write_files').map(writeFileLines).join('') }),
  hostname: (value) => ({ when: 'once', content: hostnameLines(text(value, 'hostname')) }),
  ssh_authorized_keys: (value, loginUser) => ({
    when: 'once',
    content: authorizedKeyLines(list(value, 'ssh_authorized_keys'), loginUser),
  }),
  packages: (value) => ({ when: 'once', content: packageLines(list(value, 'packages')) }),
  runcmd: (value) => ({ when: 'once', content: commandLines(value, 'runcmd') }),
}

/** Lowers `#cloud-config` to one shell file a key; every other key is named in the notes, never silently accepted. */
export function lowerCloudConfig(source: string, loginUser: string): LoweredUserData {
  const notes: string[] = []
  const scripts: UserDataScript[] = []
  const config = parseConfig(source, notes)
  for (const [index, [key, module]] of Object.entries(modules).entries()) {
    const value = config[key]
    if (value === undefined || value === null) continue
    try {
      const { when, content } = module(value, loginUser)
      scripts.push({ name: `${10 + index}-${key}`, when, content: `#!/bin/sh\n${content}` })
    } catch (error) {
      if (!(error instanceof Misunderstood)) throw error
      notes.push(`schema.py[WARNING]: Invalid cloud-config provided: ${error.message}`)
    }
  }
  for (const key of Object.keys(config)) {
    if (Object.hasOwn(modules, key)) continue
    notes.push(`schema.py[WARNING]: cloud-config key '${key}' is not emulated by the evenkeel sandbox and was ignored`)
  }
  return { scripts, notes }
}

/** YAML 1.1 as PyYAML reads it: `permissions: 0644` is an octal number, `yes` is true. */
function parseConfig(source: string, notes: string[]): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parse(source, { version: '1.1', logLevel: 'error' })
    if (value === null) return {}
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>
    notes.push('util.py[WARNING]: Failed loading yaml blob. Yaml load allows (<class dict>) root types')
  } catch (error) {
    notes.push(`util.py[WARNING]: Failed loading yaml blob. ${messageOf(error).split('\n')[0] ?? ''}`)
  }
  return {}
}

/** Each item a shell line, or a list that is run as it is without a shell's reading. */
function commandLines(value: unknown, key: string): string {
  return list(value, key)
    .map((item) => {
      if (typeof item === 'string') return `${item}\n`
      if (Array.isArray(item)) return `${item.map((word) => shellQuote(scalar(word, key))).join(' ')}\n`
      throw new Misunderstood(`${key}: an item is neither a string nor a list of strings`)
    })
    .join('')
}

function writeFileLines(item: unknown): string {
  const file = mapping(item, 'write_files')
  const path = shellQuote(text(file['path'], 'write_files: path'))
  const content = decode(scalar(file['content'] ?? '', 'write_files: content'), file['encoding'])
  const [owner = 'root', group = owner] = scalar(file['owner'] ?? 'root:root', 'write_files: owner').split(':')
  const redirect = file['append'] === true ? '>>' : '>'
  return [
    `mkdir -p "$(dirname ${path})"`,
    `base64 -d ${redirect} ${path} <<'CONTENT' || exit 1`,
    ...(content.toString('base64').match(/.{1,76}/g) ?? []),
    'CONTENT',
    `chown ${shellQuote(`${owner}:${group}`)} ${path} || exit 1`,
    `chmod ${permissionsOf(file['permissions'])} ${path} || exit 1`,
    '',
  ].join('\n')
}

function decode(content: string, encoding: unknown): Buffer {
  const name = scalar(encoding ?? 'text/plain', 'write_files: encoding').toLowerCase()
  if (name === 'text/plain') return Buffer.from(content)
  if (['b64', 'base64'].includes(name)) return Buffer.from(content, 'base64')
  if (/^(gz|gzip)(\+(b64|base64))?$/.test(name)) return unzip(Buffer.from(content, 'base64'))
  throw new Misunderstood(`write_files: encoding ${name} is unknown`)
}

/** Chosen: more than user data of 16 KiB comes to, unless it was made to fill memories. */
const unzippedBytesMax = 16 * 2 ** 20

function unzip(content: Buffer): Buffer {
  try {
    return gunzipSync(content, { maxOutputLength: unzippedBytesMax })
  } catch (error) {
    throw new Misunderstood(`write_files: content cannot be unzipped (${messageOf(error)})`)
  }
}

function permissionsOf(value: unknown): string {
  if (value === undefined || value === null) return '644'
  const digits = typeof value === 'number' ? value.toString(8) : scalar(value, 'write_files: permissions')
  if (!/^(0o)?[0-7]{1,4}$/.test(digits)) throw new Misunderstood(`write_files: permissions ${digits} is not octal`)
  return Number.parseInt(digits.replace('0o', ''), 8).toString(8)
}

function hostnameLines(name: string): string {
  if (!/^[A-Za-z0-9.-]+$/.test(name)) throw new Misunderstood(`hostname: ${name}`)
  const short = name.split('.')[0] ?? name
  return `hostname ${short}\necho ${short} > /etc/hostname\necho '127.0.1.1 ${name} ${short}' >> /etc/hosts\n`
}

function authorizedKeyLines(keys: readonly unknown[], loginUser: string): string {
  const file = `${loginUser === 'root' ? '' : '/home'}/${loginUser}/.ssh/authorized_keys`
  return keys.map((key) => `echo ${shellQuote(text(key, 'ssh_authorized_keys'))} >> ${file}\n`).join('')
}

function packageLines(items: readonly unknown[]): string {
  const names = items.map((item) =>
    Array.isArray(item) ? item.map((part) => scalar(part, 'packages')).join('=') : scalar(item, 'packages'),
  )
  if (names.length === 0) return ''
  return [
    'export DEBIAN_FRONTEND=noninteractive',
    'apt-get -q update || echo "apt-get update failed: the sandbox has no way to the internet"',
    `exec apt-get -q -y install ${names.map(shellQuote).join(' ')}\n`,
  ].join('\n')
}

function list(value: unknown, key: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new Misunderstood(`${key} is not a list`)
}

function mapping(value: unknown, key: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new Misunderstood(`${key}: an item is not a mapping`)
}

function text(value: unknown, key: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new Misunderstood(`${key} is not a string`)
}

function scalar(value: unknown, key: string): string {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value)
  throw new Misunderstood(`${key} is not a string`)
}
