package setup

import (
	"slices"
	"strings"
)

// provider is a house whose servers we know, so that nobody has to be asked.
type provider struct {
	name    string
	domains []string // of its own addresses
	mx      []string // names, with all below them, that receive for its customers' domains
	in, out Server   // user and auth are filled in
	auth    Auth
	// localIn says that IMAP wants the part before the @ as the user name.
	localIn bool
}

func tls(host string, port uint16) Server { return Server{Host: host, Port: port, Security: TLS} }

func startTLS(host string) Server { return Server{Host: host, Port: 587, Security: StartTLS} }

// providers are those that our customers meet most. Their order matters only where one MX name lies below another's.
var providers = []provider{
	{name: "google", domains: list("gmail.com googlemail.com"), mx: list("google.com googlemail.com"),
		in: tls("imap.gmail.com", 993), out: tls("smtp.gmail.com", 465), auth: OAuthGoogle},
	{name: "outlook", domains: list("outlook.com outlook.fr outlook.de outlook.it outlook.es hotmail.com hotmail.fr hotmail.de hotmail.it hotmail.co.uk live.com live.fr msn.com"),
		in: tls("outlook.office365.com", 993), out: startTLS("smtp-mail.outlook.com"), auth: OAuthMicrosoft},
	{name: "microsoft365", mx: list("mail.protection.outlook.com mx.microsoft"),
		in: tls("outlook.office365.com", 993), out: startTLS("smtp.office365.com"), auth: OAuthMicrosoft},
	{name: "aol", domains: list("aol.com aol.fr aol.de"), in: tls("imap.aol.com", 993), out: tls("smtp.aol.com", 465), auth: AppPassword},
	{name: "yahoo", domains: list("yahoo.com yahoo.fr yahoo.de yahoo.it yahoo.es yahoo.co.uk ymail.com rocketmail.com"), mx: list("yahoodns.net"),
		in: tls("imap.mail.yahoo.com", 993), out: tls("smtp.mail.yahoo.com", 465), auth: AppPassword},
	{name: "icloud", domains: list("icloud.com me.com mac.com"), mx: list("mail.icloud.com"),
		in: tls("imap.mail.me.com", 993), out: startTLS("smtp.mail.me.com"), auth: AppPassword, localIn: true},
	{name: "orange", domains: list("orange.fr wanadoo.fr"), in: tls("imap.orange.fr", 993), out: tls("smtp.orange.fr", 465), auth: Password},
	{name: "free", domains: list("free.fr"), in: tls("imap.free.fr", 993), out: tls("smtp.free.fr", 465), auth: Password},
	{name: "sfr", domains: list("sfr.fr neuf.fr cegetel.net club-internet.fr"), in: tls("imap.sfr.fr", 993), out: tls("smtp.sfr.fr", 465), auth: Password},
	{name: "laposte", domains: list("laposte.net"), in: tls("imap.laposte.net", 993), out: tls("smtp.laposte.net", 465), auth: Password},
	{name: "bouygues", domains: list("bbox.fr"), in: tls("imap.bbox.fr", 993), out: startTLS("smtp.bbox.fr"), auth: Password},
	{name: "ovh", mx: list("mail.ovh.net"), in: tls("ssl0.ovh.net", 993), out: tls("ssl0.ovh.net", 465), auth: Password},
	{name: "gandi", mx: list("mail.gandi.net"), in: tls("mail.gandi.net", 993), out: tls("mail.gandi.net", 465), auth: Password},
	{name: "infomaniak", domains: list("ik.me ikmail.com"), mx: list("infomaniak.ch infomaniak.com"),
		in: tls("mail.infomaniak.com", 993), out: tls("mail.infomaniak.com", 465), auth: AppPassword},
	{name: "ionos", mx: list("ionos.fr"), in: tls("imap.ionos.fr", 993), out: tls("smtp.ionos.fr", 465), auth: Password},
	{name: "ionos", mx: list("ionos.de kundenserver.de"), in: tls("imap.ionos.de", 993), out: tls("smtp.ionos.de", 465), auth: Password},
	{name: "ionos", mx: list("ionos.com"), in: tls("imap.ionos.com", 993), out: tls("smtp.ionos.com", 465), auth: Password},
	{name: "gmx", domains: list("gmx.net gmx.de gmx.at gmx.ch"), in: tls("imap.gmx.net", 993), out: tls("mail.gmx.net", 465), auth: Password},
	{name: "gmx", domains: list("gmx.com gmx.fr gmx.us"), in: tls("imap.gmx.com", 993), out: tls("mail.gmx.com", 465), auth: Password},
	{name: "web.de", domains: list("web.de"), in: tls("imap.web.de", 993), out: startTLS("smtp.web.de"), auth: Password},
	{name: "t-online", domains: list("t-online.de magenta.de"), in: tls("secureimap.t-online.de", 993), out: tls("securesmtp.t-online.de", 465), auth: AppPassword},
	{name: "fastmail", domains: list("fastmail.com fastmail.fm"), mx: list("messagingengine.com"),
		in: tls("imap.fastmail.com", 993), out: tls("smtp.fastmail.com", 465), auth: AppPassword},
	{name: "proton", domains: list("proton.me protonmail.com pm.me"), mx: list("protonmail.ch"), auth: Bridge},
	{name: "zoho", domains: list("zohomail.eu"), in: tls("imap.zoho.eu", 993), out: tls("smtp.zoho.eu", 465), auth: AppPassword},
	{name: "zoho", domains: list("zoho.com zohomail.com"), in: tls("imap.zoho.com", 993), out: tls("smtp.zoho.com", 465), auth: AppPassword},
	{name: "zoho", mx: list("zoho.eu"), in: tls("imappro.zoho.eu", 993), out: tls("smtppro.zoho.eu", 465), auth: AppPassword},
	{name: "zoho", mx: list("zoho.com"), in: tls("imappro.zoho.com", 993), out: tls("smtppro.zoho.com", 465), auth: AppPassword},
	{name: "mailbox.org", domains: list("mailbox.org"), mx: list("mailbox.org"),
		in: tls("imap.mailbox.org", 993), out: tls("smtp.mailbox.org", 465), auth: Password},
	{name: "hostinger", mx: list("hostinger.com"), in: tls("imap.hostinger.com", 993), out: tls("smtp.hostinger.com", 465), auth: Password},
	{name: "godaddy", mx: list("secureserver.net"), in: tls("imap.secureserver.net", 993), out: tls("smtpout.secureserver.net", 465), auth: Password},
	{name: "aruba", domains: list("aruba.it"), mx: list("aruba.it"), in: tls("imaps.aruba.it", 993), out: tls("smtps.aruba.it", 465), auth: Password},
	{name: "libero", domains: list("libero.it inwind.it iol.it blu.it"), in: tls("imapmail.libero.it", 993), out: tls("smtp.libero.it", 465), auth: Password},
}

func list(words string) []string { return strings.Fields(words) }

// byDomain finds whose addresses end in a domain.
func byDomain(domain string) (provider, bool) {
	return first(func(p provider) bool { return slices.Contains(p.domains, domain) })
}

// Shared reports whether a domain is a provider's own, with addresses of many people: nobody else can have anything said of it in DNS.
func Shared(domain string) bool {
	_, ok := byDomain(domain)
	return ok
}

// byMX finds who receives under a host's name.
func byMX(host string) (provider, bool) {
	return first(func(p provider) bool {
		return slices.ContainsFunc(p.mx, func(end string) bool { return host == end || strings.HasSuffix(host, "."+end) })
	})
}

func first(fits func(provider) bool) (provider, bool) {
	i := slices.IndexFunc(providers, fits)
	if i < 0 {
		return provider{}, false
	}
	return providers[i], true
}

// found is what a provider says for an address.
func (p provider) found(a address, source Source) Found {
	f := Found{In: p.in, Out: p.out, Source: source, Provider: p.name, Auth: p.auth}
	if p.auth == Bridge {
		return f
	}
	f.In.User, f.Out.User = a.whole(), a.whole()
	if p.localIn && slices.Contains(p.domains, a.domain) {
		f.In.User = a.local
	}
	return f
}
