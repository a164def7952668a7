/** One step of a job: runs evenkeel, and tells its result to people. Exits as evenkeel does, where the job is to stop for it. */
import { apply } from './apply.mjs'
import { drift } from './drift.mjs'
import { evenkeelOf } from './evenkeel.mjs'
import { inputMistakes, readInputs } from './inputs.mjs'
import { plan } from './plan.mjs'
import { platformOf } from './platform.mjs'
import { mask, notify } from './runner.mjs'

const commands = { plan, apply, drift }

const inputs = readInputs(process.env)
if (inputs.token !== '') mask(inputs.token)
const mistakes = inputMistakes(inputs)
for (const mistake of mistakes) notify('error', mistake)

if (mistakes.length > 0) process.exitCode = 1
else {
  try {
    const evenkeel = await evenkeelOf(inputs)
    process.exitCode = await commands[inputs.command](inputs, evenkeel, platformOf(inputs, process.env))
  } catch (error) {
    notify('error', error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
