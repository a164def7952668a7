import type { Address } from '../address.js'

export type ImageSelector =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly owner: string; readonly name: string; readonly architecture: 'x86_64' | 'arm64' }
  | { readonly kind: 'ssm'; readonly parameter: string }
  /** The newest version of one that the stack makes. */
  | { readonly kind: 'built'; readonly image: Address }

export interface LiveImage {
  readonly id: string
  readonly name: string
  readonly owner: string
  readonly architecture: string
  readonly rootDeviceName: string
  /** Smallest root volume that the image can start from. */
  readonly rootSizeGiB: number
  /** Who logs in, where the image itself says it; absent: it is guessed from name and owner. */
  readonly user?: string
  /** It is made in this plan, under this address: its id is known after that. Absent: it is there. */
  readonly madeBy?: Address
}

/** The key under which `images` holds a selector's answer. */
export function imageKey(selector: ImageSelector): string {
  switch (selector.kind) {
    case 'id':
      return selector.id
    case 'name':
      return `${selector.owner}/${selector.name}/${selector.architecture}`
    case 'ssm':
      return `ssm:${selector.parameter}`
    case 'built':
      return selector.image
  }
}
