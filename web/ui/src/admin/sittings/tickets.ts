// Tickets with the names that belong to them. Tickets carry no names; the progress of the sitting does.
import { get, path } from '../server'
import type { List, Progress, SeatProgress, Sitting, Ticket } from '../types'

/** A ticket as it is printed. */
export interface NamedTicket {
  ticket: Ticket
  person: SeatProgress | undefined
  centre: string
  room: string
}

/** All tickets of a sitting in seating order. */
export async function namedTickets(sitting: Sitting): Promise<NamedTicket[]> {
  const [tickets, progress] = await Promise.all([
    get<List<Ticket>>(path`/sittings/${sitting.id}/tickets`),
    get<Progress>(path`/sittings/${sitting.id}/progress`),
  ])
  const people = new Map(progress.seats.map((s) => [s.attempt, s]))
  return tickets.items.map((ticket) => {
    const centre = sitting.centres.find((c) => c.code === ticket.place.centre)
    const room = centre?.rooms.find((r) => r.code === ticket.place.room)
    return {
      ticket,
      person: people.get(ticket.attempt),
      centre: centre?.name || ticket.place.centre,
      room: room?.name || ticket.place.room,
    }
  })
}
