interface LargeStep {
  readonly id: string
  readonly kind: string
  readonly address: string
  readonly needs: readonly string[]
  readonly impact: 'none'
}

/** What `plan --json` says of new servers with a volume each, of at least so many steps. */
export function largePlan(stepsMin: number) {
  const steps: LargeStep[] = []
  const add = (kind: string, address: string, ...needs: string[]) => {
    const id = `${kind}:${address}`
    steps.push({ id, kind, address, needs, impact: 'none' })
    return id
  }
  const key = add('import-key-pair', 'keyPair.default')
  const group = add('create-security-group', 'securityGroup.default')
  const opened = add('authorize-ingress', 'securityGroup.default', group)
  for (let index = 0; steps.length < stepsMin; index += 1) {
    const [server, volume] = [`server.web[${index}]`, `volume.data-${index}`]
    const launched = add('create-server', server, key, group)
    const connected = add('connect-host', server, launched, opened)
    const attached = add('attach-volume', volume, add('create-volume', volume), launched)
    const mounted = add('mount-volume', volume, add('make-filesystem', volume, attached, connected))
    add('tag-resource', volume, mounted)
  }
  const addresses = [...new Set(steps.map(({ address }) => address))]
  return {
    kind: 'plan-view',
    formatVersion: 1,
    stack: 'large',
    complete: true,
    applyable: true,
    changes: addresses.map((address, index) => ({
      address,
      kind: 'create',
      reason: 'the file names it and it does not exist yet',
      impact: 'none',
      diffs: ['size', 'state', 'type', 'zone'].map((path) => ({
        path,
        before: null,
        after: `${path}-${index}`,
        cause: 'pending',
      })),
    })),
    steps,
    problems: [],
    unreadable: [],
    impossible: [],
  }
}
