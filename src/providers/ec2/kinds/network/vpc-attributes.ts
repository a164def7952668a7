import type { Vpc } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'

/** VPCs with what EC2 tells by a call of its own for each (EC2 API, DescribeVpcAttribute). */
export function readVpcAttributes(api: Ec2Api, vpcs: readonly Vpc[]) {
  return Promise.all(
    vpcs.map(async (vpc) => {
      const VpcId = vpc.VpcId ?? ''
      const [support, hostnames] = await Promise.all([
        api.call('DescribeVpcAttribute', { VpcId, Attribute: 'enableDnsSupport' }),
        api.call('DescribeVpcAttribute', { VpcId, Attribute: 'enableDnsHostnames' }),
      ])
      return {
        vpc,
        dnsSupport: support.EnableDnsSupport?.Value === true,
        dnsHostnames: hostnames.EnableDnsHostnames?.Value === true,
      }
    }),
  )
}
