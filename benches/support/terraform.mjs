import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runExpecting } from './measure.mjs'

/**
 * `terraform plan` of so many `terraform_data` resources that are as they should be, ended (`isCut`) where it takes longer than
 * `secondsMax`; undefined where there is no Terraform.
 * `terraform_data` is built in, so nothing is downloaded and no API is called. The state is written by hand: making it by
 * `terraform apply` takes minutes.
 */
export async function terraformNoOpPlan(resources, secondsMax) {
  const version = await terraformVersion()
  if (version === undefined) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-terraform-'))
  const env = { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' }
  try {
    const configuration = `resource "terraform_data" "node" {\n  count = ${resources}\n  input = count.index\n}\n`
    writeFileSync(join(directory, 'main.tf'), configuration)
    writeFileSync(join(directory, 'terraform.tfstate'), JSON.stringify(stateOf(resources, version)))
    await runExpecting([0], 'terraform', ['init', '-input=false', '-no-color'], { cwd: directory, env })
    const args = ['plan', '-input=false', '-no-color', '-detailed-exitcode']
    const timeoutMs = Math.ceil(secondsMax * 1000)
    const plan = await runExpecting([0, null], 'terraform', args, { cwd: directory, env, timeoutMs })
    const isCut = plan.status === null
    return { version, isCut, seconds: plan.seconds, cpuSeconds: plan.cpuSeconds, peakRssMiB: plan.peakRssMiB }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function terraformVersion() {
  try {
    const { stdout } = await runExpecting([0], 'terraform', ['version', '-json'])
    return JSON.parse(stdout).terraform_version
  } catch {
    return undefined
  }
}

function stateOf(resources, version) {
  const instances = Array.from({ length: resources }, (_, index) => ({
    index_key: index,
    schema_version: 0,
    attributes: {
      id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      input: { value: index, type: 'number' },
      output: { value: index, type: 'number' },
      triggers_replace: null,
    },
    sensitive_attributes: [],
  }))
  const provider = 'provider["terraform.io/builtin/terraform"]'
  const node = { mode: 'managed', type: 'terraform_data', name: 'node', provider, instances }
  return { version: 4, terraform_version: version, serial: 1, lineage: 'bench', outputs: {}, resources: [node] }
}
