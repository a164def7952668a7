/** What of a Terraform state can be looked for in EC2: ids and names, and nothing else of it, which may be secret. */
export interface TerraformState {
  /** By id, the name that it has there. */
  readonly names: ReadonlyMap<string, string>
  /** Resources that no stack file has, e.g. `aws_iam_role.web`; sorted. */
  readonly unsupported: readonly string[]
}

/** By type, what says the id. */
const idsOf: Readonly<Record<string, string>> = {
  aws_instance: 'id',
  aws_ebs_volume: 'id',
  aws_security_group: 'id',
  aws_key_pair: 'key_pair_id',
}

/** What EC2 tells of the others anyway. */
const implied: ReadonlySet<string> = new Set([
  'aws_volume_attachment',
  'aws_security_group_rule',
  'aws_vpc_security_group_ingress_rule',
  'aws_vpc_security_group_egress_rule',
])

/** Reads a state of version 4; a sentence where the text is none. */
export function readTerraformState(text: string): TerraformState | { readonly mistake: string } {
  const state = parsed(text)
  if (!isMembers(state)) return { mistake: 'it is no JSON object' }
  if (state['version'] !== 4)
    return { mistake: `it says version ${JSON.stringify(state['version']) ?? 'nothing'}, and not 4` }
  const names = new Map<string, string>()
  const unsupported = new Set<string>()
  for (const resource of listOf(state['resources'])) {
    if (!isMembers(resource) || resource['mode'] !== 'managed') continue
    const [type, name] = [String(resource['type']), String(resource['name'])]
    const key = idsOf[type]
    if (key === undefined && !implied.has(type)) unsupported.add(`${type}.${name}`)
    if (key === undefined) continue
    for (const instance of listOf(resource['instances'])) {
      if (!isMembers(instance)) continue
      const { attributes, index_key: index } = instance
      const id = isMembers(attributes) ? attributes[key] : undefined
      if (typeof id === 'string') names.set(id, index === undefined ? name : `${name}-${JSON.stringify(index)}`)
    }
  }
  return { names, unsupported: [...unsupported].sort() }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}
