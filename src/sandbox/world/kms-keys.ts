import { digestOfText } from '../../core/digest.js'
import { stableId } from '../model/ids.js'
import type { World } from './world.js'

const settingPrefix = 'kms-key:'

/** The key that EBS takes where nobody names one; it exists in every account. */
export const ebsAlias = 'alias/aws/ebs'

/** Makes a key known to the region: a key's id, or `alias/…`. */
export function addKmsKey(world: World, name: string): void {
  const id = settingPrefix + name
  if (!world.settings.get(id)) world.settings.put({ id, sequence: world.nextSequence(), isOn: true })
}

/** The ARN of the account's own key for EBS. */
function defaultKmsKey(world: World): string {
  const id = stableId('key', world.region.name, world.accountId).slice(4)
  return arnOf(world, `key/${id}`)
}

/** Whether a key is the one that AWS keeps for EBS: what it encrypts stays in the account. */
export function isDefaultKmsKey(world: World, kmsKeyId: string | undefined): boolean {
  return kmsKeyId === undefined || kmsKeyId === defaultKmsKey(world)
}

/**
 * The ARN of the key that a call names: by its id, by `alias/…`, or by either one's ARN. Undefined when there is none.
 * Source: EC2 API reference, CreateVolume, KmsKeyId.
 */
function findKmsKey(world: World, text: string): string | undefined {
  const own = arnOf(world, '')
  const name = text.startsWith(own) ? text.slice(own.length).replace(/^key\//, '') : text
  const byDefault = defaultKmsKey(world)
  if (name === ebsAlias || arnOf(world, `key/${name}`) === byDefault) return byDefault
  for (const { id } of world.settings.values()) {
    if (!id.startsWith(settingPrefix)) continue
    const known = id.slice(settingPrefix.length)
    const arn = keyArn(world, known)
    if (name === known || arn === arnOf(world, `key/${name}`)) return arn
  }
  return undefined
}

/** An alias has a key behind it, with an id of its own. */
function keyArn(world: World, name: string): string {
  if (!name.startsWith('alias/')) return arnOf(world, `key/${name}`)
  const digits = digestOfText([world.region.name, world.accountId, name].join('\0'), 32)
  return arnOf(world, `key/${digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}`)
}

function arnOf(world: World, resource: string): string {
  return `arn:aws:kms:${world.region.name}:${world.accountId}:${resource}`
}

/** What a new volume, or a copied snapshot, is encrypted with. */
export interface Encryption {
  readonly encrypted: boolean
  /** The key's ARN; what was asked for where there is no such key, which EC2 finds out after it has answered. */
  readonly kmsKeyId: string | undefined
}

/** The encryption that a call asks for; what it leaves out is that of `source`, else the account's default. */
export function encryptionOf(
  world: World,
  wanted: { readonly encrypted: boolean; readonly kmsKeyId: string | undefined },
  source: Encryption | undefined,
): Encryption {
  if (!wanted.encrypted && source?.encrypted !== true) return { encrypted: false, kmsKeyId: undefined }
  const { kmsKeyId } = wanted
  if (kmsKeyId === undefined) return { encrypted: true, kmsKeyId: source?.kmsKeyId ?? defaultKmsKey(world) }
  return { encrypted: true, kmsKeyId: findKmsKey(world, kmsKeyId) ?? kmsKeyId }
}

/** False when it is encrypted with a key that there is not, or that another region has. */
export function hasUsableKey(world: World, { encrypted, kmsKeyId }: Encryption): boolean {
  return !encrypted || kmsKeyId === undefined || findKmsKey(world, kmsKeyId) !== undefined
}
