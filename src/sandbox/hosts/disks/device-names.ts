/**
 * The kernel's name for a volume in a host. Nitro types number NVMe devices in the order of discovery, the root disk
 * being nvme0n1; Xen types rename the API's /dev/sdf to xvdf.
 * https://docs.aws.amazon.com/ebs/latest/userguide/nvme-ebs-volumes.html
 */
export function kernelNameFor(naming: 'nvme' | 'xen', deviceName: string, taken: ReadonlySet<string>): string {
  if (naming === 'xen') return deviceName.replace(/^\/dev\//, '').replace(/^sd/, 'xvd')
  let number = 1
  while (taken.has(`nvme${number}n1`)) number += 1
  return `nvme${number}n1`
}

/** The kernel's name for the root disk. */
export function rootNameFor(naming: 'nvme' | 'xen'): string {
  return naming === 'nvme' ? 'nvme0n1' : 'xvda'
}

/** `nvme1n1` -> `nvme1n1p1`, `xvdf` -> `xvdf1`: a `p` stands where the disk's name ends in a digit. */
export function partitionNameOf(kernelName: string, number: number): string {
  return `${kernelName}${/\d$/.test(kernelName) ? 'p' : ''}${number}`
}

/** The serial number that an EBS volume's NVMe device carries: its id without the dash. */
export function serialOf(volumeId: string): string {
  return volumeId.replace('-', '')
}

/** The names under /dev/disk/by-id that udev gives an EBS volume on Nitro types; none on Xen. */
export function byIdNamesOf(naming: 'nvme' | 'xen', volumeId: string): readonly string[] {
  const name = `nvme-Amazon_Elastic_Block_Store_${serialOf(volumeId)}`
  return naming === 'nvme' ? [name, `${name}_1`] : []
}
