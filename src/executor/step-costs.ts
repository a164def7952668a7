import type { Address } from '../model/address.js'
import type { Step, StepKind } from '../model/step.js'

/** Whose limit a step counts against: EC2's request buckets, or sessions in servers. */
export type Category = 'cloud' | 'host'

interface Cost {
  readonly category: Category
  /**
   * How long such a step takes on EC2, in seconds, as far as a table can know: medians where they were measured
   * (volume create 1.5, attach and detach 1 to 4; EBS CSI driver), else chosen. Only their order matters.
   */
  readonly seconds: number
  /**
   * Whether no other such step may run in the same server meanwhile: what installs packages shares the package
   * manager's lock, and what edits /etc/fstab reads it before it writes it.
   */
  readonly alone?: true
}

const costs: { readonly [K in StepKind]: Cost } = {
  'import-key-pair': { category: 'cloud', seconds: 1 },
  'delete-key-pair': { category: 'cloud', seconds: 1 },
  'create-security-group': { category: 'cloud', seconds: 2 },
  'authorize-ingress': { category: 'cloud', seconds: 1 },
  'revoke-ingress': { category: 'cloud', seconds: 1 },
  'delete-security-group': { category: 'cloud', seconds: 5 },
  'create-server': { category: 'cloud', seconds: 20 },
  'start-server': { category: 'cloud', seconds: 15 },
  'stop-server': { category: 'cloud', seconds: 30 },
  'modify-server': { category: 'cloud', seconds: 1 },
  'terminate-server': { category: 'cloud', seconds: 40 },
  'connect-host': { category: 'host', seconds: 30 },
  'run-setup': { category: 'host', seconds: 60, alone: true },
  'create-volume': { category: 'cloud', seconds: 2 },
  'adopt-volume': { category: 'cloud', seconds: 1 },
  'attach-volume': { category: 'cloud', seconds: 3 },
  'detach-volume': { category: 'cloud', seconds: 3 },
  'modify-volume': { category: 'cloud', seconds: 10 },
  'create-snapshot': { category: 'cloud', seconds: 60 },
  'create-snapshots': { category: 'cloud', seconds: 60 },
  'delete-snapshot': { category: 'cloud', seconds: 1 },
  'supersede-volume': { category: 'cloud', seconds: 1 },
  'delete-volume': { category: 'cloud', seconds: 3 },
  'make-filesystem': { category: 'host', seconds: 3, alone: true },
  'grow-filesystem': { category: 'host', seconds: 3, alone: true },
  'mount-volume': { category: 'host', seconds: 1, alone: true },
  'verify-volume': { category: 'host', seconds: 1 },
  'write-fstab': { category: 'host', seconds: 1, alone: true },
  'unmount-volume': { category: 'host', seconds: 1, alone: true },
  'copy-files': { category: 'host', seconds: 60 },
  'copy-blocks': { category: 'host', seconds: 120 },
  'run-on-change': { category: 'host', seconds: 5, alone: true },
  'check-health': { category: 'host', seconds: 5 },
  'record-copy': { category: 'host', seconds: 1 },
  'tag-resource': { category: 'cloud', seconds: 1 },
  'remove-temporary': { category: 'cloud', seconds: 40 },
}

export function categoryOf(step: Step): Category {
  return costs[step.kind].category
}

/** Expected duration, for deciding what to start first. */
export function expectedSeconds(step: Step): number {
  return costs[step.kind].seconds
}

/** The server in which nothing else of that sort may run meanwhile; undefined where it does not matter. */
export function aloneIn(step: Step): Address | undefined {
  if (costs[step.kind].alone !== true) return undefined
  return 'server' in step ? step.server : step.address
}
