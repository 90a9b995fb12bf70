// What the parts of the answering screen share: the room of this candidate.
import { useExam } from './useExam'

/** The exam of this page with its room; only for what is shown while there is one. */
export function answering() {
  const exam = useExam()
  const room = exam.room.value
  if (!room) throw new Error('no exam room')
  return { exam, room }
}
