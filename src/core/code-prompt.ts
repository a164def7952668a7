import { AsyncLocalStorage } from 'node:async_hooks'

/** Asks whoever runs this for a one-time code of the device named; rejects where nobody can be asked. */
export type CodePrompt = (device: string) => Promise<string>

const prompts = new AsyncLocalStorage<CodePrompt>()

/** Does some work in which credentials may ask for a one-time code, at any depth. */
export function answeringCodes<Result>(prompt: CodePrompt, work: () => Promise<Result>): Promise<Result> {
  return prompts.run(prompt, work)
}

/** The prompt of this work; undefined: nobody can be asked, as in a library's caller who said nothing. */
export function codePrompt(): CodePrompt | undefined {
  return prompts.getStore()
}
