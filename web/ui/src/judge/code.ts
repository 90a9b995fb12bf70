// The code of a work and its repetition before a sheet is handed in, so that marks never land on the wrong one.

/** The last two characters of a code, as they have to be repeated. */
export function codeTail(code: string): string {
  return code.slice(-2)
}

/** What was typed, without what input methods add: full-width forms, spaces, small letters. */
export function plainCode(typed: string): string {
  return typed.normalize('NFKC').replace(/\s/g, '').toUpperCase()
}

/** Whether the typed characters repeat the end of the code. */
export function repeatsTail(code: string, typed: string): boolean {
  return code.length >= 2 && plainCode(typed) === codeTail(code).toUpperCase()
}
