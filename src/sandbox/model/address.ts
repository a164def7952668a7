/** An Elastic IP address. */
export interface Address {
  readonly id: string
  readonly sequence: number
  readonly publicIp: string
  readonly associationId: string | undefined
  readonly instanceId: string | undefined
}
