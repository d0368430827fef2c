package notify

import "visavis/internal/vis"

// NoticeGiven is the fact that notices were given. Data: NoticeData.
const NoticeGiven vis.EventType = "notice.given"

// EventTypes lists the facts of this room, for the API's description.
func EventTypes() []vis.EventType { return []vis.EventType{NoticeGiven} }

// NoticeData names the notices that were given; the member at a place has the notice at the same place.
type NoticeData struct {
	Members []vis.MemberID `json:"memberIds"`
	Notices []vis.NoticeID `json:"noticeIds"`
}
