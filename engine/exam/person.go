package exam

import "context"

// PersonOf returns the id under which the person with the document is known
// in all sittings; number is in the form of NormalID.
func PersonOf(s Sealer, t IDType, number string) CandidateID {
	return candidateID(s.Blind(string(t)+":"+number, "id_number"))
}

// Holder returns whose attempt it is. It is not for a candidate's eyes.
// Errors: ErrAttemptNotFound.
func (s *Service) Holder(ctx context.Context, id AttemptID) (CandidateID, error) {
	var person CandidateID
	err := s.with(ctx, id, func(e *entry) error {
		person = e.attempt.Ticket.Candidate
		return nil
	})
	return person, err
}

// IDTypes lists the accepted identity documents.
var IDTypes = []IDType{IDResident, IDPassport, IDHKMacao, IDTaiwan, IDForeignCard, IDOtherLicence}
