package routing

// DefaultCapacity is how many of each kind of work a member holds at once where neither she nor the workspace says otherwise.
func DefaultCapacity() map[Work]int {
	return map[Work]int{WorkCall: defaultCalls, WorkChat: defaultChats, WorkMail: defaultMails}
}

const (
	defaultCalls = 1
	defaultChats = 3
	defaultMails = 10
)

// Capacity is how many of a kind of work a member can hold at once: what she says herself, else what the workspace says, else
// DefaultCapacity. Never below 0.
func (s Settings) capacity(own map[Work]int, kind Work) int {
	if n, ok := own[kind]; ok {
		return max(n, 0)
	}
	if n, ok := s.Capacity[kind]; ok {
		return max(n, 0)
	}
	switch kind {
	case WorkCall:
		return defaultCalls
	case WorkChat:
		return defaultChats
	case WorkMail:
		return defaultMails
	}
	return 0
}

// Caps are the capacities of a member of every kind of work: her own (Profile.Capacity) where she has some, else the workspace's.
func (s Settings) Caps(own map[Work]int) map[Work]int {
	return map[Work]int{WorkCall: s.capacity(own, WorkCall), WorkChat: s.capacity(own, WorkChat), WorkMail: s.capacity(own, WorkMail)}
}

// caps are Caps without a map.
func (s Settings) caps(own map[Work]int) workload {
	var l workload
	for i, kind := range kinds {
		l[i] = int64(s.capacity(own, kind))
	}
	return l
}

// Room reports whether a member who holds load can take one more of a kind of work.
//
// A call takes all of her: nothing is added while she is in one, and it is added only when no chat is live; mails may lie meanwhile,
// for nobody watches them being written. Chats and mails mix by their shares: with capacities of 3 chats and 10 mails, 1 chat and 6
// mails fit (1/3 + 6/10 ≤ 1), a seventh does not. A kind with capacity 0 never fits, and one of it that she holds all the same (given
// to her by hand) fills her.
func Room(load, caps map[Work]int, kind Work) bool {
	return measure(load).room(measure(caps), kind)
}

// workload is a number for each kind of work: call, chat, mail.
type workload [3]int64

// kinds gives each kind of work its index in a workload.
var kinds = [3]Work{WorkCall, WorkChat, WorkMail}

func measure(m map[Work]int) workload {
	var l workload
	for i, kind := range kinds {
		l[i] = int64(max(m[kind], 0))
	}
	return l
}

// index is where a kind stands in kinds, or -1.
func (k Work) index() int {
	for i, kind := range kinds {
		if kind == k {
			return i
		}
	}
	return -1
}

func (load workload) room(caps workload, kind Work) bool {
	switch {
	case load[0] > 0:
		return false
	case kind == WorkCall:
		return caps[0] > 0 && load[1] == 0
	case kind == WorkChat:
		load[1]++
	case kind == WorkMail:
		load[2]++
	default:
		return false
	}
	if load[1] > caps[1] || load[2] > caps[2] {
		return false
	}
	// chats/capChats + mails/capMails ≤ 1 without dividing; a capacity of 0 is held by nothing here.
	return load[1]*max(caps[2], 1)+load[2]*max(caps[1], 1) <= max(caps[1], 1)*max(caps[2], 1)
}

// fullLoad is the share of a member that is taken, in millionths, when nothing more can be told from it.
const fullLoad = 1_000_000

// share is how much of a member is taken, in millionths: all of her in a call, else the shares of her chats and mails.
func (load workload) share(caps workload) int64 {
	if load[0] > 0 {
		return fullLoad
	}
	sum := int64(0)
	for i := 1; i < len(load); i++ {
		if load[i] > 0 {
			sum += load[i] * fullLoad / max(caps[i], 1)
		}
	}
	return sum
}
