import type { EC2InstanceConnectClient } from '@aws-sdk/client-ec2-instance-connect'
import type { Ec2Target } from '../ec2/wire/ec2-target.js'
import { siblingConfigurationOf } from '../ec2/wire/client-configuration.js'
import { toProviderError } from '../ec2/errors/provider-errors.js'

/** EC2 Instance Connect, as far as it is needed. */
export interface InstanceConnect {
  /**
   * Lets a public key into an instance for a minute, for one login user; where the image has Amazon's package, sshd asks for
   * it there. The API answers the same where it has none. Rejects with a ProviderError; one attempt.
   */
  sendKey(request: { readonly instanceId: string; readonly user: string; readonly publicKey: string }): Promise<void>
  close(): void
}

/** Nothing is loaded and nothing is sent before the first key. */
export function createInstanceConnect(target: Ec2Target): InstanceConnect {
  let client: Promise<EC2InstanceConnectClient> | undefined
  const sdk = () => import('@aws-sdk/client-ec2-instance-connect')
  const endpoint =
    target.isSandbox === true
      ? (target.endpoint ?? 'the sandbox')
      : `EC2 Instance Connect${target.region === undefined ? '' : ` in ${target.region}`}`
  return {
    async sendKey({ instanceId, user, publicKey }) {
      const { EC2InstanceConnectClient, SendSSHPublicKeyCommand } = await sdk()
      client ??= Promise.resolve(new EC2InstanceConnectClient(siblingConfigurationOf(target)))
      const request = { InstanceId: instanceId, InstanceOSUser: user, SSHPublicKey: publicKey }
      try {
        await (await client).send(new SendSSHPublicKeyCommand(request))
      } catch (error) {
        throw toProviderError(error, { action: 'SendSSHPublicKey', endpoint })
      }
    },
    close() {
      void client?.then((made) => made.destroy())
    },
  }
}
