// Pairing prompts with options: an answer has an option id or "" for each prompt; all "" is no answer.

/** The answer after the prompt at `at` (from 0) of `prompts` got an option, or "" for none. */
export function paired(value: string[], prompts: number, at: number, option: string): string[] {
  const next = Array.from({ length: prompts }, (_, i) => (i === at ? option : (value[i] ?? '')))
  return next.some((id) => id !== '') ? next : []
}
