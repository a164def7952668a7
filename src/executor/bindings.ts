import { required } from '../core/assert.js'
import type { Binding } from '../model/plan.js'
import type { Address } from '../model/address.js'
import { renderTemplate, type Reference, type Template } from '../model/template.js'

/** What is known of each address's resource: first what the plan saw, then what the steps of this run made. */
export interface Bindings {
  get(address: Address): Binding | undefined
  /** What the plan saw, whatever was made since: the old server of a replacement. */
  planned(address: Address): Binding | undefined
  /** The id of a resource that an earlier step must have made. */
  idOf(address: Address): string
  /** Binds the address to another resource; nothing of an older binding stays. */
  bind(address: Address, binding: Binding): void
  /** Changes what is known of the bound resource. */
  amend(address: Address, changes: Partial<Binding>): void
  /** The template's text; every reference in it must be known by now. */
  render(template: Template): string
}

export function createBindings(seed: Readonly<Record<string, Binding>>): Bindings {
  const current = new Map<string, Binding>(Object.entries(seed))
  const bound = (address: Address) => required(current.get(address), `the binding of ${address}`)
  return {
    get: (address) => current.get(address),
    planned: (address) => seed[address],
    idOf: (address) => bound(address).id,
    bind: (address, binding) => {
      current.set(address, binding)
    },
    amend: (address, changes) => {
      current.set(address, { ...bound(address), ...changes })
    },
    render: (template) =>
      required(
        renderTemplate(template, (reference) => valueOf(current.get(reference.address), reference)),
        'the value of a reference',
      ),
  }
}

function valueOf(binding: Binding | undefined, { property }: Reference): string | undefined {
  return binding?.[property === 'elasticIp' ? 'publicIp' : property]
}
