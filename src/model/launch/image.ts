export type ImageSelector =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly owner: string; readonly name: string; readonly architecture: 'x86_64' | 'arm64' }
  | { readonly kind: 'ssm'; readonly parameter: string }

export interface LiveImage {
  readonly id: string
  readonly name: string
  readonly owner: string
  readonly architecture: string
  readonly rootDeviceName: string
  /** Smallest root volume that the image can start from. */
  readonly rootSizeGiB: number
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
  }
}
