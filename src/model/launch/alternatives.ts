/** What a server is launched as where EC2 has no room for what the entry names first; what is left out is as there. */
export interface LaunchAlternative {
  readonly type?: string
  readonly zone?: string
}

/** How a report shows one. */
export function alternativeShown({ type, zone }: LaunchAlternative): string {
  if (zone === undefined) return type ?? ''
  return type === undefined ? zone : `${type} in ${zone}`
}

/** Whether a live server is what one of the alternatives says: it was launched so, and stays. */
export function isAlternative(
  {
    type,
    zone,
    alternatives = [],
  }: {
    readonly type: string
    readonly zone: string | undefined
    readonly alternatives?: readonly LaunchAlternative[]
  },
  live: { readonly type: string; readonly zone: string },
): boolean {
  return alternatives.some((one) => {
    const inZone = one.zone ?? zone
    return (one.type ?? type) === live.type && (inZone === undefined || inZone === live.zone)
  })
}
