import type { FleetSpec } from '../types.js'

const taken = new Map<string, string>()

/**
 * Takes the keys of a fleet's webhooks out of this process's environment: what it starts, commands that are told, git, ssh and the sandbox,
 * has no business with them. Called whenever the fleet's file was read, before anything is started.
 */
export function takeWebhookKeys({ notifications }: Pick<FleetSpec, 'notifications'>): void {
  for (const { to } of notifications) {
    if (to.kind !== 'webhook') continue
    const value = process.env[to.secretVariable]
    if (value === undefined) continue
    taken.set(to.secretVariable, value)
    delete process.env[to.secretVariable]
  }
}

/** A key that was taken; undefined: none was there. */
export function webhookKey(variable: string): string | undefined {
  return taken.get(variable)
}
