import type { Ec2Api } from '../../wire/api.js'
import type { StandingLedger } from './ledger-versions.js'

/** What this client knows of a ledger: as it read or wrote it last, or that there is none. */
export type KnownLedger = StandingLedger | 'none' | 'taken-away'

const remembered = new WeakMap<Ec2Api['young'], Map<string, KnownLedger>>()

/** Undefined: it has not looked. `taken-away`: its writer was told that somebody else ended the lease. */
export function knownLedger(api: Ec2Api, stack: string): KnownLedger | undefined {
  return remembered.get(api.young)?.get(stack)
}

export function noteLedger(api: Ec2Api, stack: string, ledger: KnownLedger): void {
  const ledgers = remembered.get(api.young) ?? new Map<string, KnownLedger>()
  remembered.set(api.young, ledgers.set(stack, ledger))
}
