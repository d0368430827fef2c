package web

// checkWords are what the page of the check says in one language.
type checkWords struct {
	OtherName, Title, Lead, NoKey, Old, Start, NameLabel, Send, SendNote, Copy, Level string

	Steps []checkStepName
	Said  checkSaid
}

type checkStepName struct{ What, Name string }

// checkSaid is what the page's script says.
type checkSaid struct {
	Names       map[string]string `json:"names"`
	States      map[string]string `json:"states"`
	Remedies    map[string]string `json:"remedies"`
	Verdicts    map[string]string `json:"verdicts"`
	Refusals    map[string]string `json:"refusals"` // by the code of a problem
	Figures     string            `json:"figures"`
	Speak       string            `json:"speak"`
	Again       string            `json:"again"`
	Copied      string            `json:"copied"`
	Sent        string            `json:"sent"`
	Unreachable string            `json:"unreachable"`
}

// for members the camera and the viewer are tried too.
func (w checkWords) named(member bool) checkWords {
	for _, what := range []string{"browser", "secure", "microphone", "camera", "socket", "udp", "relay_udp", "relay_tcp", "relay_tls", "page", "viewer"} {
		if member || what != "camera" && what != "viewer" {
			w.Steps = append(w.Steps, checkStepName{what, w.Said.Names[what]})
		}
	}
	return w
}

var checkTexts = map[string]checkWords{
	"en": {
		OtherName: "Français", Title: "Does live assistance work here?",
		Lead:  "This page tries, step by step, what a call with an adviser needs: your browser, your microphone, and the way to us. It takes about half a minute. Nobody hears you, and nothing is recorded.",
		NoKey: "This address is not complete, so the way to us cannot be tried. Ask whoever sent it to you for the whole link.",
		Old:   "If no button appears here, your browser is too old or runs no scripts. Use a current Firefox, Chrome, Edge or Safari.",
		Start: "Start the check", NameLabel: "Your name, so that we know whose this is", Send: "Send us the result",
		SendNote: "We keep this result, your name and the kind of your browser for 90 days at most.", Copy: "Copy the result", Level: "How loud your microphone is",
		Said: checkSaid{
			Names: map[string]string{"browser": "Your browser", "secure": "A protected page", "microphone": "Your microphone", "camera": "Your camera",
				"socket": "The chat’s line", "udp": "The direct way for sound and picture", "relay_udp": "The relay", "relay_tcp": "The relay by TCP",
				"relay_tls": "The relay by TLS", "page": "Showing pages", "viewer": "Seeing customers’ pages"},
			States:  map[string]string{"waiting": "", "running": "trying …", "good": "works", "slow": "works, with trouble", "bad": "does not work", "skipped": "not tried"},
			Figures: "Connected after {took} ms, there and back in {trip} ms, {lost} % lost.",
			Speak:   "Allow the microphone when you are asked, and say a few words.",
			Again:   "Check again", Copied: "The result is copied.",
			Sent:        "Thank you, we have it. Its number is {code}: name it when you speak with us.",
			Unreachable: "We cannot be reached from here. Check your connection to the internet, and try again.",
			Refusals: map[string]string{
				"check_elsewhere": "Calls do not run through this server here, but through LiveKit: its network cannot be tried from this page. The rest was tried.",
				"checks_full":     "Many people are trying their connection at this moment. Please try again in a minute.",
				"rate_limited":    "That was very often in a short time. Please wait a moment and try again.",
				"assist_off":      "Live assistance is not available here at the moment. Please write to us instead.",
				"assist_moved":    "One of our servers is taking over from another. Please try again in a moment.",
				"not_found":       "This check was sent already, or is too old. Start it again.",
			},
			Verdicts: map[string]string{
				"good":    "Everything a call needs works here.",
				"detour":  "A call works here, by a detour: this network lets no direct sound and picture through, and the relay takes its place.",
				"silent":  "You will see and hear your adviser, but she will not hear you: look at the microphone below. You can write to her meanwhile.",
				"none":    "Sound and picture do not get through from this network. You can write to us all the same; another network, such as your phone’s, would do.",
				"browser": "This browser cannot make a call here. You can write to us all the same.",
				"unknown": "The way to us could not be tried.",
			},
			Remedies: map[string]string{
				"browser.bad":     "Use a current Firefox, Chrome, Edge or Safari.",
				"secure.bad":      "The address must begin with https://, or no browser lends a microphone.",
				"microphone.bad":  "You or your browser refused it. Press the sign left of the address, allow the microphone, and check again.",
				"microphone.slow": "It is silent or missing. Is it plugged in, switched on, and chosen in your system’s sound settings? Does another program hold it?",
				"camera.bad":      "You or your browser refused it. Press the sign left of the address, allow the camera, and check again.",
				"camera.slow":     "None was found, or another program holds it. Customers would hear you and see a still picture.",
				"socket.bad":      "Something between us cuts lasting connections (WebSocket): a proxy or a protection program. Whoever looks after your network can let them through.",
				"udp.bad":         "This network lets no UDP through to us. The relay takes its place, where there is one.",
				"udp.slow":        "Much is lost or late: move closer to the Wi-Fi, use a cable, or close what else loads.",
				"relay_udp.bad":   "The relay cannot be reached by UDP from this network.",
				"relay_udp.slow":  "Much is lost or late on this way.",
				"relay_tcp.bad":   "The relay cannot be reached by TCP from this network.",
				"relay_tcp.slow":  "Much is late on this way.",
				"relay_tls.bad":   "The relay cannot be reached by TLS from this network.",
				"relay_tls.slow":  "Much is late on this way.",
				"page.bad":        "Your adviser cannot be shown your page: something blocks our script, perhaps a blocker in your browser.",
				"viewer.bad":      "The address where customers’ pages are shown cannot be reached from here: tell your administrator.",
			},
		},
	},
	"fr": {
		OtherName: "English", Title: "L’assistance en direct fonctionne‑t‑elle ici ?",
		Lead:  "Cette page essaie, étape par étape, ce qu’il faut à un appel avec un conseiller : votre navigateur, votre micro et le chemin jusqu’à nous. Cela prend une demi-minute environ. Personne ne vous entend, et rien n’est enregistré.",
		NoKey: "Cette adresse n’est pas complète : le chemin jusqu’à nous ne peut pas être essayé. Demandez le lien entier à la personne qui vous l’a envoyé.",
		Old:   "Si aucun bouton n’apparaît ici, votre navigateur est trop ancien ou n’exécute pas les scripts. Utilisez Firefox, Chrome, Edge ou Safari dans une version récente.",
		Start: "Commencer l’essai", NameLabel: "Votre nom, pour que nous sachions de qui il s’agit", Send: "Nous envoyer le résultat",
		SendNote: "Nous gardons ce résultat, votre nom et le type de votre navigateur 90 jours au plus.", Copy: "Copier le résultat", Level: "Le niveau de votre micro",
		Said: checkSaid{
			Names: map[string]string{"browser": "Votre navigateur", "secure": "Une page protégée", "microphone": "Votre micro", "camera": "Votre caméra",
				"socket": "La ligne de la discussion", "udp": "Le chemin direct du son et de l’image", "relay_udp": "Le relais", "relay_tcp": "Le relais par TCP",
				"relay_tls": "Le relais par TLS", "page": "Montrer une page", "viewer": "Voir la page d’un client"},
			States:  map[string]string{"waiting": "", "running": "essai …", "good": "fonctionne", "slow": "fonctionne mal", "bad": "ne fonctionne pas", "skipped": "non essayé"},
			Figures: "Connexion en {took} ms, aller-retour en {trip} ms, {lost} % de pertes.",
			Speak:   "Autorisez le micro quand on vous le demande, et dites quelques mots.",
			Again:   "Recommencer l’essai", Copied: "Le résultat est copié.",
			Sent:        "Merci, nous l’avons reçu. Son numéro est {code} : indiquez-le quand vous nous parlez.",
			Unreachable: "Nous ne sommes pas joignables d’ici. Vérifiez votre connexion à internet, puis recommencez.",
			Refusals: map[string]string{
				"check_elsewhere": "Ici, les appels ne passent pas par ce serveur mais par LiveKit, dont le réseau ne peut pas être essayé depuis cette page. Le reste l’a été.",
				"checks_full":     "Beaucoup de personnes essaient leur connexion en ce moment. Recommencez dans une minute.",
				"rate_limited":    "Vous avez recommencé très souvent en peu de temps. Patientez un instant, puis réessayez.",
				"assist_off":      "L’assistance en direct n’est pas disponible ici en ce moment. Écrivez-nous plutôt.",
				"assist_moved":    "Un de nos serveurs prend le relais d’un autre. Réessayez dans un instant.",
				"not_found":       "Cet essai a déjà été envoyé, ou date trop. Recommencez-le.",
			},
			Verdicts: map[string]string{
				"good":    "Tout ce qu’il faut à un appel fonctionne ici.",
				"detour":  "Un appel fonctionne ici, par un détour : ce réseau ne laisse passer ni son ni image en direct, et le relais prend la suite.",
				"silent":  "Vous verrez et entendrez votre conseiller, mais il ne vous entendra pas : regardez le micro ci-dessous. En attendant, vous pouvez lui écrire.",
				"none":    "Le son et l’image ne passent pas depuis ce réseau. Vous pouvez nous écrire malgré tout ; un autre réseau, comme celui de votre téléphone, conviendrait.",
				"browser": "Ce navigateur ne peut pas appeler ici. Vous pouvez nous écrire malgré tout.",
				"unknown": "Le chemin jusqu’à nous n’a pas pu être essayé.",
			},
			Remedies: map[string]string{
				"browser.bad":     "Utilisez Firefox, Chrome, Edge ou Safari dans une version récente.",
				"secure.bad":      "L’adresse doit commencer par https://, sans quoi aucun navigateur ne prête son micro.",
				"microphone.bad":  "Vous ou votre navigateur l’avez refusé. Cliquez sur le signe à gauche de l’adresse, autorisez le micro, puis recommencez.",
				"microphone.slow": "Il est muet ou absent. Est-il branché, allumé, et choisi dans les réglages du son ? Un autre programme l’occupe-t-il ?",
				"camera.bad":      "Vous ou votre navigateur l’avez refusée. Cliquez sur le signe à gauche de l’adresse, autorisez la caméra, puis recommencez.",
				"camera.slow":     "Aucune n’a été trouvée, ou un autre programme l’occupe. Les clients vous entendraient et verraient une image fixe.",
				"socket.bad":      "Quelque chose entre nous coupe les connexions durables (WebSocket) : un serveur mandataire ou un logiciel de protection. La personne qui s’occupe de votre réseau peut les laisser passer.",
				"udp.bad":         "Ce réseau ne laisse pas passer l’UDP jusqu’à nous. Le relais prend la suite, s’il y en a un.",
				"udp.slow":        "Beaucoup se perd ou tarde : rapprochez-vous du Wi-Fi, prenez un câble, ou fermez ce qui charge par ailleurs.",
				"relay_udp.bad":   "Le relais n’est pas joignable en UDP depuis ce réseau.",
				"relay_udp.slow":  "Beaucoup se perd ou tarde par ce chemin.",
				"relay_tcp.bad":   "Le relais n’est pas joignable en TCP depuis ce réseau.",
				"relay_tcp.slow":  "Beaucoup tarde par ce chemin.",
				"relay_tls.bad":   "Le relais n’est pas joignable en TLS depuis ce réseau.",
				"relay_tls.slow":  "Beaucoup tarde par ce chemin.",
				"page.bad":        "Votre conseiller ne pourra pas voir votre page : quelque chose bloque notre script, peut-être un bloqueur de votre navigateur.",
				"viewer.bad":      "L’adresse où l’on voit la page des clients n’est pas joignable d’ici : dites-le à votre administrateur.",
			},
		},
	},
}
