/** Where a plan acts, and what it would record as applied, for whoever reads it elsewhere. Null: it is not known. */
export interface PlanPlace {
  readonly target: 'sandbox' | 'ec2'
  readonly region: string | null
  readonly account: string | null
  readonly revision: string | null
}
