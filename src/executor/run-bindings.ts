import { required } from '../core/assert.js'
import { hiddenValue } from '../core/masking.js'
import { PlanError } from '../core/errors.js'
import type { Binding } from '../model/plan.js'
import type { Address } from '../model/address.js'
import type { StepId } from '../model/steps/step.js'
import { renderTemplate, type Source, type Template } from '../model/template.js'

/** What is known of each address's resource: first what the plan saw, then what the steps of this run made. */
export interface RunBindings {
  get(address: Address): Binding | undefined
  /** What the plan saw of an instance whose place another takes. */
  instance(id: string): Binding | undefined
  /** Notes where such an instance answers from now on; undefined: at no public address. */
  moveInstance(id: string, publicIp: string | undefined): void
  /** The id of a resource that an earlier step must have made. */
  idOf(address: Address): string
  /** Binds the address to another resource; nothing of an older binding stays. */
  bind(address: Address, binding: Binding): void
  /** Changes what is known of the bound resource. */
  amend(address: Address, changes: Partial<Binding>): void
  /** What the steps of this run made or took, by address. */
  made(): readonly (readonly [Address, Binding])[]
  /** Notes the snapshot that a step took: one address may have several in a plan. `volumeId`: of which volume, where a step takes several. */
  bindSnapshot(step: StepId, id: string, volumeId?: string): void
  /** The id of the snapshot that a step, which must be done, took. */
  snapshotOf(step: StepId, volumeId?: string): string
  /** The template's text. Throws a PlanError where a reference names what has no value: it was refused, or has none. */
  render(template: Template): string
  /** The same for people, with no value of a sensitive variable in it. */
  renderShown(template: Template): string
}

/** `secrets`: the values of sensitive variables by name. */
export function createRunBindings(
  seed: Readonly<Record<string, Binding>>,
  secrets: ReadonlyMap<string, string> = new Map(),
): RunBindings {
  const current = new Map<string, Binding>(Object.entries(seed))
  const instances = new Map<string, Binding>(Object.entries(seed))
  const snapshots = new Map<string, string>()
  const bound = (address: Address) => required(current.get(address), `the binding of ${address}`)
  return {
    get: (address) => current.get(address),
    instance: (id) => instances.get(id),
    moveInstance: (id, publicIp) => {
      const { publicIp: _before, ...known } = instances.get(id) ?? {}
      if ('id' in known) instances.set(id, { ...known, ...(publicIp !== undefined && { publicIp }) })
    },
    idOf: (address) => bound(address).id,
    bind: (address, binding) => {
      current.set(address, binding)
    },
    amend: (address, changes) => {
      current.set(address, { ...bound(address), ...changes })
    },
    made: () =>
      [...current]
        .filter(([address, { id, publicIp }]) => seed[address]?.id !== id || seed[address].publicIp !== publicIp)
        .map(([address, binding]) => [address as Address, binding]),
    bindSnapshot: (step, id, volumeId = '') => {
      snapshots.set(`${step} ${volumeId}`, id)
    },
    snapshotOf: (step, volumeId = '') =>
      required(snapshots.get(`${step} ${volumeId}`), `the snapshot that ${step} takes`),
    render: (template) =>
      rendered(template, (name) => required(secrets.get(name), `the value of the variable ${name}`)),
    renderShown: (template) => rendered(template, () => hiddenValue),
  }

  function rendered(template: Template, reveal: (secret: string) => string): string {
    const lookUp = ({ address, property }: Source) => current.get(address)?.[property] ?? unknown(address, property)
    return required(renderTemplate(template, lookUp, reveal), 'the text of a template')
  }
}

function unknown(address: Address, property: string): never {
  throw new PlanError('REFERENCE_UNKNOWN', `the text names the ${property} of ${address}, which has none`, [address], {
    hint: `see what the plan says of ${address}`,
  })
}
