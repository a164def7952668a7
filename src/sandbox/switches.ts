import { checkedPolicyPath } from './authorization/policy-file.js'
import { chaosProfileNames, type ChaosProfile } from './faults/profiles.js'

/**
 * What `evenkeel sandbox up` can be told, in the words of the command line. They are kept with the world, so that a sandbox
 * that is started again by itself goes on as it was.
 */
export interface SandboxSwitches {
  /** `SEED:PROFILE` */
  readonly chaos?: string
  readonly latencies?: 'real'
  /** `20x` */
  readonly clock?: string
  /** The whole path of a file with the IAM policy that its access key carries; read at each start. */
  readonly policy?: string
  /** False: an account without a default VPC, in regions that were not used before. */
  readonly defaultVpc?: false
  /** True: the account encrypts every new volume (EbsEncryptionByDefault). */
  readonly accountEncryption?: true
  /** KMS keys that exist beside EBS's own, by id or `alias/…`, with commas between them. */
  readonly kmsKeys?: string
  /** IAM instance profiles that exist, by name, with commas between them. */
  readonly instanceProfiles?: string
  readonly init?: 'systemd' | 'minimal'
  readonly offline?: true
}

/** A switch that takes a word; `read` returns what is kept of it, nothing for the default, and throws a RangeError otherwise. */
interface WordSwitch {
  readonly flag: string
  readonly description: string
  readonly read: (word: string) => string | undefined
}

/** One that is there or not; `value` is what is kept of it. */
interface PlainSwitch {
  readonly flag: string
  readonly description: string
  readonly value: boolean
}

/** All switches, in the order in which they are printed. */
export const switchTable: Readonly<Record<keyof SandboxSwitches, WordSwitch | PlainSwitch>> = {
  chaos: {
    flag: '--chaos <seed[:profile]>',
    description: `seeded failures and stale reads: ${chaosProfileNames.join(', ')}; or off`,
    read: (word) => {
      if (word === 'off') return undefined
      const { seed, profile } = chaosOf(word)
      return `${seed}:${profile}`
    },
  },
  latencies: {
    flag: '--latencies <pace>',
    description: 'how long things take: real, as on EC2, or fast',
    read: (word) => {
      if (word !== 'real' && word !== 'fast') throw new RangeError('it is real or fast')
      return word === 'fast' ? undefined : word
    },
  },
  clock: {
    flag: '--clock <factor>',
    description: 'how much faster than the machine’s its clock runs, e.g. 20x; evenkeel goes by it too',
    read: (word) => {
      const factor = clockFactorOf(word)
      return factor === 1 ? undefined : `${factor}x`
    },
  },
  policy: {
    flag: '--policy <file>',
    description: 'what its access key may do: an IAM policy, e.g. of `evenkeel iam-policy`; or off',
    read: (word) => (word === 'off' ? undefined : checkedPolicyPath(word)),
  },
  defaultVpc: {
    flag: '--no-default-vpc',
    description: 'no default VPC in regions that were not used before',
    value: false,
  },
  accountEncryption: {
    flag: '--account-encryption',
    description: 'the account encrypts every new volume by default',
    value: true,
  },
  kmsKeys: {
    flag: '--kms-keys <names>',
    description: 'KMS keys that exist beside EBS’s own: ids or alias/…, with commas between them',
    read: (word) => {
      const wrong = word.split(',').find((name) => !kmsKeyName.test(name))
      if (wrong !== undefined) throw new RangeError(`'${wrong}' is neither a key’s id (a UUID) nor alias/…`)
      return word
    },
  },
  instanceProfiles: {
    flag: '--instance-profiles <names>',
    description: 'IAM instance profiles that exist, with commas between them',
    read: (word) => {
      const wrong = word.split(',').find((name) => !profileName.test(name))
      if (wrong !== undefined) throw new RangeError(`'${wrong}' is no name of an instance profile`)
      return word
    },
  },
  init: {
    flag: '--init <kind>',
    description: 'what boots its hosts: systemd, where this machine has it for them, or minimal, a small script',
    read: (word) => {
      if (word !== 'systemd' && word !== 'minimal') throw new RangeError('it is systemd or minimal')
      return word
    },
  },
  offline: {
    flag: '--offline',
    description: 'keep its hosts from the network that this machine is in',
    value: true,
  },
}

/** KMS API reference, CreateAlias and the form of key ids; `alias/aws/` is AWS's own. */
const kmsKeyName = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|alias\/(?!aws\/)[A-Za-z0-9/_-]{1,250})$/

/** IAM API reference, CreateInstanceProfile; a comma stands between two here. */
const profileName = /^[\w+=.@-]{1,128}$/

export const switchNames = Object.keys(switchTable) as (keyof SandboxSwitches)[]

/** The switches in a record of words, e.g. options of the command line; throws a RangeError that names the one that is wrong. */
export function readSwitches(words: Readonly<Record<string, unknown>>): SandboxSwitches {
  const read = switchNames.map((name) => {
    const known = switchTable[name]
    const word = words[name]
    if (word === undefined) return [name, undefined]
    if (!('read' in known)) return [name, word === known.value ? word : undefined]
    if (typeof word !== 'string') throw new RangeError(`${wordOf(known.flag)} takes a word`)
    try {
      return [name, known.read(word)]
    } catch (error) {
      if (error instanceof RangeError) throw new RangeError(`${wordOf(known.flag)} '${word}': ${error.message}`)
      throw error
    }
  })
  return Object.fromEntries(read.filter(([, value]) => value !== undefined)) as SandboxSwitches
}

/** The command line's words for these switches: `--chaos 7:harsh --latencies real --clock 20x`; empty for none. */
export function switchText(switches: SandboxSwitches): string {
  return switchNames
    .filter((name) => switches[name] !== undefined)
    .map((name) => {
      const known = switchTable[name]
      return 'read' in known ? `${wordOf(known.flag)} ${String(switches[name])}` : known.flag
    })
    .join(' ')
}

export interface Chaos {
  readonly seed: number
  readonly profile: ChaosProfile
}

/** `7:harsh`, or `7` for the profile `rough`. Throws a RangeError. */
export function chaosOf(word: string): Chaos {
  const [, seed, profile = 'rough'] = /^(\d{1,9})(?::(.*))?$/.exec(word) ?? []
  const known = chaosProfileNames.find((name) => name === profile)
  if (seed === undefined) throw new RangeError('it begins with a number, the seed: 7 or 7:harsh')
  if (!known) throw new RangeError(`there is no profile '${profile}'; there are ${chaosProfileNames.join(', ')}`)
  return { seed: Number(seed), profile: known }
}

/** `20x` or `20`: 20; 1 where there is none. Throws a RangeError outside 1 to 1000. */
export function clockFactorOf(word: string | undefined): number {
  if (word === undefined) return 1
  const factor = Number(/^(\d{1,4}(?:\.\d{1,3})?)x?$/.exec(word)?.[1])
  if (!(factor >= 1 && factor <= 1000)) throw new RangeError('it is a factor from 1x to 1000x')
  return factor
}

function wordOf(flag: string): string {
  return flag.split(' ')[0] ?? flag
}
