// The head of a division as the form has it: name, stage, where people come from, who may compete, what is public.
import { fieldTime, instantOf } from '../../../shared/format'
import { copyOf } from '../../copy'
import type { Division } from '../../types'
import type { DivisionHead, Qualification } from './shapes'

/** The head with the registration window as the fields have it. */
export interface HeadForm {
  head: DivisionHead
  /** Units enter people themselves. */
  files: boolean
  /** "2026-11-23 09:00", in the official zone. */
  from: string
  until: string
}

const qualification = (): Qualification => ({ identities: [] })

/** A division to be made: a final of employees. */
export function newHead(name: string): HeadForm {
  return {
    head: {
      name: { zh: name, en: '' },
      stage: { kind: 'final', name: { zh: '', en: '' }, order: 1 },
      board: { live: true, units: true },
      qualification: qualification(),
    },
    files: false,
    from: '',
    until: '',
  }
}

/** The form of a division as it is. */
export function headForm(d: Division): HeadForm {
  const { name, stage, from, theory, board } = copyOf(d)
  return {
    head: {
      name,
      stage,
      from,
      theory,
      board,
      qualification: { ...qualification(), ...copyOf(d.qualification) },
    },
    files: Boolean(d.registration),
    from: d.registration ? fieldTime(d.registration.from) : '',
    until: d.registration ? fieldTime(d.registration.until) : '',
  }
}

/** What is sent: absent things left out, times as instants. */
export function headBody(form: HeadForm): DivisionHead {
  const { head } = form
  const q = head.qualification
  return {
    name: { zh: head.name.zh.trim(), en: head.name.en.trim() },
    stage: head.stage,
    ...(head.from && { from: head.from }),
    ...(head.theory?.module && head.theory.sitting && { theory: head.theory }),
    board: head.board,
    qualification: {
      identities: q.identities,
      ...(q.min_age && { min_age: q.min_age }),
      ...(q.max_age && { max_age: q.max_age }),
      ...((q.min_age || q.max_age) && { as_of: q.as_of ?? '' }),
      ...(q.min_level && { min_level: q.min_level }),
      ...(q.certificate && { certificate: true }),
      ...(q.id_number && { id_number: true }),
      ...(q.per_delegation && { per_delegation: q.per_delegation }),
    },
    ...(form.files && { registration: { from: instantOf(form.from), until: instantOf(form.until) } }),
  }
}

/** Whether the times of a form can be sent. */
export function timesRight(form: HeadForm): boolean {
  if (!form.files) return true
  const from = instantOf(form.from)
  const until = instantOf(form.until)
  return Boolean(from && until && from < until)
}
