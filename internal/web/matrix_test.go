package web

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"visavis/internal/assist"
	"visavis/internal/channel"
	"visavis/internal/desk"
	"visavis/internal/hours"
	"visavis/internal/listen"
	"visavis/internal/notify"
	"visavis/internal/post"
	"visavis/internal/routing"
	"visavis/internal/staff"
	"visavis/internal/vis"
)

// The table of who may do what. A column is a caller, a letter what she gets for an object of the first workspace:
//
//	.  it is carried out, or refused for what it says and not for who says it
//	n  nobody we know (401)
//	f  known, but may not (403)
//	a  absent: there is no such thing for her (404)
//
// Callers: anonymous, visitor Ada (whose conversation it is), visitor Bob, agent, supervisor, administrator, administrator of
// another workspace, disabled member, token that may read conversations, token of another workspace that may do everything.
var matrix = map[string]row{
	// Pages and what belongs to them: nothing in them is anybody's.
	"GET /{$}":                      {who: "..........", path: "/"},
	"GET /desk/":                    {who: ".........."},
	"GET /desk/worker/":             {who: ".........."},
	"GET /chat/":                    {who: ".........."},
	"GET /loader.js":                {who: ".........."},
	"GET /cobrowse.js":              {who: ".........."},
	"GET /favicon.ico":              {who: "aaaaaaaaaa"},
	"GET /robots.txt":               {who: ".........."},
	"GET /api/openapi.json":         {who: ".........."},
	"GET /api/docs":                 {who: ".........."},
	"GET /livez":                    {who: ".........."},
	"GET /readyz":                   {who: ".........."},
	"GET /metrics":                  {who: "aaaaaaaaaa"}, // C-17: from this machine only
	"/":                             {who: "aaaaaaaaaa", path: "/no/such/page"},
	"GET /content/{id}":             {who: "ffffffffff", of: "attachment"},
	"GET /api/v1/live":              {who: ".nn......."},
	"GET /api/v1/cobrowse":          {who: ".nn......."},                                     // whose a call is, its first frame decides
	"POST /api/v1/livekit/words":    {who: "aaaaaaaaaa", body: obj{"event": "room_started"}}, // it is for a LiveKit server only
	"POST /api/v1/nodes/word":       {who: "aaaaaaaaaa", body: obj{"workspace": "w"}},        // it is for other nodes only
	"GET /api/v1/setup":             {who: ".........."},
	"POST /api/v1/setup":            {who: "nnnnnnnnnn", body: obj{"token": "x", "workspace": "W", "name": "N", "email": "e@example.org", "password": password}},
	"POST /api/v1/session":          {who: "nnnnnnnnnn", body: obj{"email": "lea@arzel.example", "password": "wrong"}},
	"POST /api/v1/invites/read":     {who: "aaaaaaaaaa", body: obj{"token": "x"}},
	"POST /api/v1/invites/accept":   {who: "aaaaaaaaaa", body: obj{"token": "x", "name": "N", "password": password}},
	"GET /api/v1/visitor/channel":   {who: "..........", query: "?key={key}"},
	"POST /api/v1/visitor/sessions": {who: "..........", body: obj{"key": "{key}"}},

	"POST /api/v1/visitor/answers":      {who: "..........", body: obj{"key": "{key}", "query": "office", "locale": "fr", "reader": "{new}"}},
	"POST /api/v1/visitor/answers/told": {who: "..........", body: obj{"key": "{key}", "query": "office", "locale": "fr", "reader": "{new}", "did": "read"}},

	"GET /api/v1/me":          {who: "nnn....n.."},
	"PATCH /api/v1/me":        {who: "nnn....nnn", body: obj{"zone": "Europe/Paris"}},
	"PUT /api/v1/me/password": {who: "nnn....nnn", body: obj{"current": "wrong", "password": "another long password"}},
	"PUT /api/v1/me/presence": {who: "nnn....nnn", body: obj{"presence": "busy"}},
	"DELETE /api/v1/session":  {who: "nnn....nnn", last: true},

	"GET /api/v1/members":                     {who: "nnn....n.."},
	"GET /api/v1/members/{id}":                {who: "nnn...an.a", of: "member"},
	"POST /api/v1/members":                    {who: "nnnff..nf.", body: obj{"email": "new@example.org", "name": "New", "role": "agent"}},
	"PATCH /api/v1/members/{id}":              {who: "nnnff.anfa", of: "member", body: obj{"name": "Canary-office", "version": 1}},
	"POST /api/v1/members/{id}/invite":        {who: "nnnff.anfa", of: "invited", body: obj{}},
	"GET /api/v1/teams":                       {who: "nnn....n.."},
	"POST /api/v1/teams":                      {who: "nnnff..nf.", body: obj{"name": "New"}},
	"PATCH /api/v1/teams/{id}":                {who: "nnnff.anfa", of: "team", body: obj{"icon": "parcel", "version": 1}},
	"DELETE /api/v1/teams/{id}":               {who: "nnnff.anfa", of: "team", last: true},
	"GET /api/v1/channels":                    {who: "nnn....nf."},
	"GET /api/v1/channels/{id}":               {who: "nnn...anfa", of: "channel"},
	"POST /api/v1/channels":                   {who: "nnnff..nf.", body: obj{"kind": "webchat", "name": "New", "settings": obj{"origins": []string{}}}},
	"PATCH /api/v1/channels/{id}":             {who: "nnnff.anfa", of: "channel", body: obj{"disabled": false, "version": 1}},
	"POST /api/v1/channels/{id}/secret":       {who: "nnnff.anfa", of: "channel", body: obj{}},
	"GET /api/v1/channels/{id}/records":       {who: "nnnf..anfa", of: "channel", query: "?domain=arzel.example"},
	"POST /api/v1/channels/{id}/signing-keys": {who: "nnnff.anfa", of: "channel", body: obj{"domain": "arzel.example"}},
	"GET /api/v1/tokens":                      {who: "nnnff..nf."},
	"POST /api/v1/tokens":                     {who: "nnnff..nnn", body: obj{"name": "New", "scopes": []string{"conversations:read"}}},
	"DELETE /api/v1/tokens/{id}":              {who: "nnnff.anfa", of: "token", last: true},
	"GET /api/v1/audit":                       {who: "nnnff..nf."},

	"GET /oauth/callback":                      {who: ".........."}, // it sends everybody to the desk
	"POST /api/v1/channels/{id}/authorisation": {who: "nnnff.annn", of: "channel"},

	"GET /api/v1/webhooks":                                    {who: "nnnf...nf."},
	"POST /api/v1/webhooks":                                   {who: "nnnff..nf.", body: obj{"name": "New", "url": "https://hooks.example/", "events": []string{}}},
	"PATCH /api/v1/webhooks/{id}":                             {who: "nnnff.anfa", of: "webhook", body: obj{"name": "Canary-office", "version": 1}},
	"DELETE /api/v1/webhooks/{id}":                            {who: "nnnff.anfa", of: "webhook", last: true},
	"POST /api/v1/webhooks/{id}/secret":                       {who: "nnnff.anfa", of: "webhook", body: obj{}},
	"POST /api/v1/webhooks/{id}/test":                         {who: "nnnff.anfa", of: "webhook", body: obj{}},
	"GET /api/v1/webhooks/{id}/deliveries":                    {who: "nnnf..anfa", of: "webhook"},
	"POST /api/v1/webhooks/{id}/deliveries/{delivery}/resend": {who: "nnnff.anfa", of: "webhook", body: obj{}},
	"GET /api/v1/event-types":                                 {who: "nnn....n.."},
	"GET /api/v1/notices":                                     {who: "nnn....nnn"},
	"POST /api/v1/notices/read":                               {who: "nnn....nnn", body: obj{"upTo": "{new}"}},
	"POST /api/v1/members/{id}/notices":                       {who: "nnnf..annn", of: "member", body: obj{"text": "Canary-office"}},

	"GET /api/v1/conversations/{id}/promises":             {who: "nnn...an.a", of: "conversation"},
	"GET /api/v1/conversations/{id}/priority":             {who: "nnn...an.a", of: "conversation"},
	"POST /api/v1/conversations/{id}/take":                {who: "nnn...annn", of: "conversation", body: obj{"version": 1}},
	"GET /help/promises/{key}":                            {who: "aaaaaaaaaa", path: "/help/promises/none"},
	"GET /help/promises/{key}/badge.svg":                  {who: "aaaaaaaaaa", path: "/help/promises/none/badge.svg"},
	"GET /api/v1/promise-page":                            {who: "nnnf...nf."},
	"PUT /api/v1/promise-page":                            {who: "nnnff..nf.", body: obj{"published": false, "channelIds": []string{}, "notes": []obj{}, "word": obj{"fr": "", "en": ""}, "version": 0}},
	"GET /api/v1/offers":                                  {who: "nnn....nnn"},
	"POST /api/v1/offers/{id}/accept":                     {who: "nnnaa.annn", of: "offer", body: obj{}}, // it is the administrator's
	"POST /api/v1/offers/{id}/decline":                    {who: "nnnaa.annn", of: "offer", body: obj{"reason": "busy"}},
	"GET /tester.js":                                      {who: ".........."},
	"GET /sos/tester":                                     {who: ".........."},
	"GET /sos/check":                                      {who: ".........."},
	"GET /sos/check.js":                                   {who: ".........."},
	"POST /api/v1/sos/checks":                             {who: "..........", body: obj{"key": "{key}"}},
	"POST /api/v1/sos/checks/{id}/try":                    {who: "aaaaaaaaaa", path: "/api/v1/sos/checks/" + newID() + "/try", body: obj{"offer": listens}},
	"POST /api/v1/sos/checks/{id}/send":                   {who: "aaaaaaaaaa", path: "/api/v1/sos/checks/" + newID() + "/send", body: obj{"steps": []obj{{"what": "udp", "state": "good"}}}},
	"GET /api/v1/sos/checks":                              {who: "nnnff..nf."},
	"POST /api/v1/sos/examination":                        {who: "nnnff..nnn", body: obj{}},
	"GET /api/v1/assists":                                 {who: "nnn....nnn"},
	"GET /api/v1/assists/past":                            {who: "nnn....nnn", path: "/api/v1/assists/past?from=2026-01-01T00:00:00Z&to=2026-06-02T00:00:00Z"},
	"GET /api/v1/assists/past/export":                     {who: "nnn....nnn", path: "/api/v1/assists/past/export?from=2026-01-01T00:00:00Z&to=2026-06-02T00:00:00Z"},
	"GET /api/v1/assists/measures":                        {who: "nnnf...nnn", path: "/api/v1/assists/measures?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z"},
	"GET /api/v1/assists/{id}":                            {who: "nnn...annn", of: "assist"},
	"GET /api/v1/conversations/{id}/assists":              {who: "nnn...annn", of: "conversation"},
	"POST /api/v1/assists/{id}/accept":                    {who: "nnnaaaannn", of: "assist", body: obj{"offer": listens}}, // it rings for nobody
	"POST /api/v1/assists/{id}/refuse":                    {who: "nnnaaaannn", of: "assist", body: obj{"reason": "busy"}},
	"POST /api/v1/assists/{id}/join":                      {who: "nnnaaaannn", of: "assist", body: obj{"offer": listens}}, // W-16: it is nobody's
	"POST /api/v1/assists/{id}/watch":                     {who: "nnnf..annn", of: "assist", body: obj{"offer": listens}},
	"DELETE /api/v1/assists/{id}/watch":                   {who: "nnn...annn", of: "assist"},
	"POST /api/v1/assists/{id}/call":                      {who: "nnnaaaannn", of: "assist", body: obj{"purpose": "pass", "memberId": newID()}},
	"DELETE /api/v1/assists/{id}/call":                    {who: "nnnaaaannn", of: "assist"},
	"DELETE /api/v1/assists/{id}/guest":                   {who: "nnnaaaannn", of: "assist"},
	"POST /api/v1/assists/{id}/ask":                       {who: "nnnaaaannn", of: "assist", body: obj{"kind": "page"}},
	"DELETE /api/v1/assists/{id}/consents/{kind}":         {who: "nnnaaaannn", of: "assist", path: "/api/v1/assists/{id}/consents/page"},
	"PUT /api/v1/assists/{id}/conclusion":                 {who: "nnnaaaannn", of: "assist", body: obj{"result": "solved"}},
	"POST /api/v1/assists/{id}/end":                       {who: "nnnaaaannn", of: "assist", body: obj{}},
	"GET /api/v1/recording-policy":                        {who: "nnnf...nf."},
	"PUT /api/v1/recording-policy":                        {who: "nnnff..nf.", body: obj{"mode": "request", "days": 30, "replay": "supervisor", "version": 0}},
	"GET /api/v1/recordings":                              {who: "nnnf...nnn"},
	"POST /api/v1/assists/{id}/recording/replay":          {who: "nnnf..annn", of: "assist", body: obj{}},                 // W-18
	"GET /api/v1/assists/{id}/recording/pages":            {who: "nnnffffnnn", of: "assist"},                              // without a key nobody looks
	"POST /api/v1/assists/{id}/recording/export":          {who: "nnnf..annn", of: "assist", body: obj{"format": "webm"}}, // W-18
	"GET /api/v1/assists/{id}/recording/export":           {who: "nnnf..annn", of: "assist"},
	"DELETE /api/v1/assists/{id}/recording/export":        {who: "nnnf..annn", of: "assist"},
	"DELETE /api/v1/assists/{id}/recording":               {who: "nnnf.aannn", of: "assist", last: true},
	"DELETE /api/v1/customers/{id}/recordings":            {who: "nnnf..annn", of: "customer", last: true},
	"GET /api/v1/visitor/assist":                          {who: "n..nnnnnnn"},
	"POST /api/v1/visitor/assists":                        {who: "n..nnnnnnn", body: obj{}},
	"POST /api/v1/visitor/assists/{id}/join":              {who: "n.annnnnnn", of: "assist", body: obj{"offer": listens}},
	"POST /api/v1/visitor/assists/{id}/consents":          {who: "n.annnnnnn", of: "assist", body: obj{"kind": "page"}},
	"DELETE /api/v1/visitor/assists/{id}/consents/{kind}": {who: "n.annnnnnn", of: "assist", path: "/api/v1/visitor/assists/{id}/consents/page"},
	"POST /api/v1/visitor/assists/{id}/decline":           {who: "n.annnnnnn", of: "assist", body: obj{"kind": "page"}},
	"POST /api/v1/visitor/assists/{id}/rating":            {who: "n.annnnnnn", of: "assist", body: obj{"score": 5}},
	"POST /api/v1/visitor/assists/{id}/end":               {who: "n.annnnnnn", of: "assist", body: obj{}, last: true},

	"POST /api/v1/queues/next":           {who: "nnn....nnn", body: obj{"teamId": ""}},
	"GET /api/v1/callbacks":              {who: "nnn....n.."},
	"POST /api/v1/callbacks/{id}/done":   {who: "nnn...annn", of: "callback", body: obj{"outcome": "done"}},
	"GET /api/v1/calendars":              {who: "nnn....nf."},
	"POST /api/v1/calendars":             {who: "nnnff..nf.", body: obj{"name": "New", "hours": obj{"zone": "Europe/Paris", "week": []obj{}}}},
	"PATCH /api/v1/calendars/{id}":       {who: "nnnff.anfa", of: "calendar", body: obj{"name": "Canary-office", "version": 1}},
	"DELETE /api/v1/calendars/{id}":      {who: "nnnff.anfa", of: "calendar", last: true},
	"POST /api/v1/calendars/preview":     {who: "nnn....n..", body: obj{"hours": obj{"zone": "Europe/Paris", "week": []obj{}}}},
	"POST /api/v1/calendars/import":      {who: "nnnff..nf.", query: "?zone=Europe/Paris"},
	"GET /api/v1/holidays":               {who: "nnn....n..", query: "?country=FR&year=2026"},
	"GET /api/v1/countries":              {who: "nnn....n.."},
	"GET /api/v1/policies":               {who: "nnnf...nf."},
	"POST /api/v1/policies":              {who: "nnnff..nf.", body: obj{"name": "New", "terms": obj{"first": obj{"for": 60}}}},
	"PUT /api/v1/policies/{id}":          {who: "nnnff.anfa", of: "policy", body: obj{"name": "Canary-office", "terms": obj{"first": obj{"for": 60}}, "version": 1}},
	"DELETE /api/v1/policies/{id}":       {who: "nnnff.anfa", of: "policy", last: true},
	"POST /api/v1/policies/order":        {who: "nnnff..nf.", body: obj{"ids": []string{}}},
	"GET /api/v1/policies/{id}/versions": {who: "nnnf..anfa", of: "policy"},
	"GET /api/v1/routing":                {who: "nnnf...nf."},
	"PUT /api/v1/routing":                {who: "nnnff..nf.", body: routingBody},
	"POST /api/v1/routing/preview":       {who: "nnnf...nf.", body: obj{"weights": routingBody["weights"]}},
	"GET /api/v1/queues":                 {who: "nnn....nf."},
	"PUT /api/v1/queues/{id}":            {who: "nnnff.anfa", of: "team", body: obj{"mode": "pull", "ringFor": 30, "version": 0}},
	"GET /api/v1/board":                  {who: "nnn....n.."},
	"GET /api/v1/profiles":               {who: "nnn....nf."},
	"PUT /api/v1/profiles/{id}":          {who: "nnnf..anfa", of: "member", body: obj{"languages": []string{"fr"}, "version": 0}},
	"GET /api/v1/rules":                  {who: "nnnf...nf."},
	"POST /api/v1/rules":                 {who: "nnnff..nf.", body: rulesBody},
	"PUT /api/v1/rules/{id}":             {who: "nnnff.anfa", of: "rule", body: obj{"name": "Canary-office", "when": []string{"started"}, "then": []obj{{"do": "raise"}}, "version": 1}},
	"DELETE /api/v1/rules/{id}":          {who: "nnnff.anfa", of: "rule", last: true},
	"POST /api/v1/rules/order":           {who: "nnnff..nf.", body: obj{"ids": []string{}}},
	"POST /api/v1/rules/test":            {who: "nnnf...nf.", body: rulesBody},

	"GET /api/v1/visitor/conversations/{id}/slots":       {who: "n.annnnnnn", of: "conversation"},
	"POST /api/v1/visitor/conversations/{id}/callback":   {who: "n.annnnnnn", of: "conversation", body: obj{"phone": "+33 1 99 00 12 34"}},
	"GET /api/v1/visitor/slots":                          {who: "n..nnnnnnn"},
	"POST /api/v1/visitor/callback":                      {who: "n..nnnnnnn", body: obj{"phone": "+33 1 99 00 12 34"}},
	"DELETE /api/v1/visitor/conversations/{id}/callback": {who: "n.annnnnnn", of: "conversation", last: true},

	"GET /api/v1/conversations/{id}/signature":       {who: "nnn...an.a", of: "conversation"},
	"GET /api/v1/signatures":                         {who: "nnn....nf."},
	"PUT /api/v1/signatures/{kind}/{owner}":          {who: "nnnff.anfa", of: "team", path: "/api/v1/signatures/team/{id}", body: obj{"text": obj{"fr": "Canary-office"}, "version": 0}},
	"DELETE /api/v1/signatures/{kind}/{owner}":       {who: "nnnff.anfa", of: "team", path: "/api/v1/signatures/team/{id}", last: true},
	"GET /api/v1/incidents":                          {who: "nnn....n.."},
	"GET /api/v1/incidents/{id}":                     {who: "nnn...an.a", of: "incident"},
	"POST /api/v1/incidents/{id}/confirm":            {who: "nnnf..annn", of: "incident", body: obj{}},
	"POST /api/v1/incidents/{id}/fixing":             {who: "nnnf..annn", of: "incident", body: obj{}},
	"POST /api/v1/incidents/{id}/solve":              {who: "nnnf..annn", of: "incident", body: obj{}},
	"POST /api/v1/incidents/{id}/dismiss":            {who: "nnnf..annn", of: "incident", body: obj{}},
	"POST /api/v1/incidents/{id}/undo":               {who: "nnnf..annn", of: "incident"},
	"PATCH /api/v1/incidents/{id}":                   {who: "nnnf..annn", of: "incident", body: obj{}},
	"PUT /api/v1/incidents/{id}/steps/{at}":          {who: "nnn...annn", of: "incident", path: "/api/v1/incidents/{id}/steps/0", body: obj{"done": false}},
	"PUT /api/v1/incidents/{id}/sighting":            {who: "nnn...annn", of: "incident", body: obj{"at": "2026-03-02T09:00:00Z"}},
	"DELETE /api/v1/incidents/{id}/sighting":         {who: "nnnaaaannn", of: "incident"}, // nobody said so
	"POST /api/v1/signals":                           {who: "nnnff..nf.", body: obj{"source": "probe", "key": "k", "state": "firing"}},
	"GET /api/v1/reasons/board":                      {who: "nnn....n.."},
	"GET /api/v1/reasons/contacts":                   {who: "nnn....n..", query: "?reason=none"},
	"GET /api/v1/reasons/new":                        {who: "nnn....n.."},
	"GET /api/v1/reasons/export":                     {who: "nnn....n.."},
	"GET /api/v1/reasons/searches":                   {who: "nnn....n.."},
	"GET /api/v1/reasons/searches/export":            {who: "nnn....n.."},
	"GET /api/v1/reasons/actions":                    {who: "nnn....n.."},
	"PUT /api/v1/reasons/actions":                    {who: "nnnf...nnn", body: obj{"reason": "stock", "customerValue": 1, "houseValue": 1, "version": 0}},
	"DELETE /api/v1/reasons/actions":                 {who: "nnnf.a.nnn", query: "?reason=stock"},
	"PUT /api/v1/reasons/rate":                       {who: "nnnf...nnn", body: obj{"hourly": 30, "currency": "EUR", "version": 0}},
	"GET /api/v1/listening":                          {who: "nnnf...nf."},
	"PUT /api/v1/listening":                          {who: "nnnff..nf.", body: obj{"falseAlarmDays": 30, "version": 0}},
	"GET /api/v1/attributes":                         {who: "nnn....n.."},
	"GET /api/v1/attributes/occurring":               {who: "nnnf...nf."},
	"GET /api/v1/scenarios":                          {who: "nnn....n.."},
	"POST /api/v1/scenarios":                         {who: "nnnff..nf.", body: obj{"name": "New"}},
	"PUT /api/v1/scenarios/{id}":                     {who: "nnnff.anfa", of: "scenario", body: obj{"name": "Canary-office", "version": 1}},
	"DELETE /api/v1/scenarios/{id}":                  {who: "nnnff.anfa", of: "scenario", last: true},
	"GET /api/v1/templates":                          {who: "nnn....n.."},
	"POST /api/v1/templates":                         {who: "nnnff..nf.", body: obj{"name": "New", "text": obj{"fr": "x"}}},
	"PUT /api/v1/templates/{id}":                     {who: "nnnff.anfa", of: "template", body: obj{"name": "Canary-office", "text": obj{"fr": "x"}, "version": 1}},
	"DELETE /api/v1/templates/{id}":                  {who: "nnnff.anfa", of: "template", last: true},
	"POST /api/v1/templates/{id}/render":             {who: "nnn...an.a", of: "template", body: obj{"conversationId": "{conversation}"}},
	"POST /api/v1/conversations":                     {who: "nnn....nf.", body: obj{"channelId": "{new}", "to": []obj{{"address": "a@b.example"}}, "subject": "x", "text": "x"}},
	"GET /api/v1/views":                              {who: "nnn....n.."},
	"GET /api/v1/views/counts":                       {who: "nnn....n.."},
	"POST /api/v1/views":                             {who: "nnnf...nf.", body: obj{"name": "New", "sharing": "workspace", "list": obj{"view": "all"}}},
	"PATCH /api/v1/views/{id}":                       {who: "nnnaa.anaa", of: "view", body: obj{"name": "Canary-office", "version": 1}},
	"DELETE /api/v1/views/{id}":                      {who: "nnnaa.anaa", of: "view", last: true}, // it is the administrator's own
	"GET /api/v1/conversations":                      {who: "nnn....n.."},
	"GET /api/v1/conversations/counts":               {who: "nnn....n.."},
	"GET /api/v1/conversations/{id}":                 {who: "nnn...an.a", of: "conversation"},
	"PATCH /api/v1/conversations/{id}":               {who: "nnn...anfa", of: "conversation", body: obj{"subject": "Canary-ada", "version": 1}},
	"GET /api/v1/conversations/{id}/messages":        {who: "nnn...an.a", of: "conversation"},
	"POST /api/v1/conversations/{id}/messages":       {who: "nnn...anfa", of: "conversation", body: obj{"text": "Canary-ada"}},
	"POST /api/v1/conversations/{id}/notes":          {who: "nnn...anfa", of: "conversation", body: obj{"text": "Canary-office"}},
	"POST /api/v1/conversations/{id}/assign":         {who: "nnn...anfa", of: "conversation", body: obj{"memberId": nil, "teamId": nil, "version": 1}},
	"POST /api/v1/conversations/{id}/snooze":         {who: "nnn...anfa", of: "conversation", body: obj{"untilReply": true, "version": 1}},
	"POST /api/v1/conversations/{id}/classify":       {who: "nnn...anfa", of: "conversation", body: obj{"reason": "Canary-office", "version": 1}},
	"GET /api/v1/conversations/{id}/steps":           {who: "nnn...an.a", of: "conversation"},
	"POST /api/v1/conversations/{id}/steps":          {who: "nnn...anfa", of: "conversation", body: obj{"text": "Canary-ada"}},
	"PATCH /api/v1/conversations/{id}/steps/{step}":  {who: "nnn...anfa", of: "conversation", body: obj{"state": "done", "version": 1}},
	"DELETE /api/v1/conversations/{id}/steps/{step}": {who: "nnn.aaanfa", of: "conversation", last: true}, // the agent takes it away
	"POST /api/v1/conversations/{id}/resolve":        {who: "nnn...anfa", of: "conversation", body: obj{"version": 1}},
	"POST /api/v1/conversations/{id}/reopen":         {who: "nnn...anfa", of: "conversation", body: obj{"version": 1}},
	"POST /api/v1/conversations/{id}/read":           {who: "nnn...annn", of: "conversation", body: obj{"position": 1}},
	"GET /api/v1/customers/{id}":                     {who: "nnn...anfa", of: "customer"},
	"PATCH /api/v1/customers/{id}":                   {who: "nnn...anfa", of: "customer", body: obj{"name": "Canary-ada", "version": 1}},
	"GET /api/v1/customers/{id}/conversations":       {who: "nnn...anfa", of: "customer"},
	"GET /api/v1/search":                             {who: "nnn....nf.", query: "?q=canary"},
	"GET /api/v1/staffing/forecast":                  {who: "nnnf...nf.", query: "?day=2026-03-02"},
	"POST /api/v1/staffing/plan":                     {who: "nnnf...nf.", body: obj{"day": "2026-03-02", "target": obj{"within": 15, "share": 95}, "handleFor": 360}},
	"GET /api/v1/attachments/{id}":                   {who: "nnn...an.a", of: "attachment"},
	"POST /api/v1/attachments":                       {who: "nnn...anfa", of: "conversation", query: "?conversationId={id}", file: true},
	"GET /api/v1/events":                             {who: "nnn....n..", query: "?after=0&limit=100"},

	"GET /api/v1/reasons":                    {who: "nnn....n.."},
	"PUT /api/v1/reasons":                    {who: "nnnf...nnn", body: obj{"items": []obj{}, "version": 0}},
	"GET /api/v1/messages/{id}/reading":      {who: "nnn...an.a", of: "message"},
	"PUT /api/v1/conversations/{id}/reading": {who: "nnn...annn", of: "conversation", body: obj{"reason": "stock"}},

	"GET /api/v1/conversations/{id}/reading/similar":  {who: "nnn...an.a", of: "conversation"},
	"POST /api/v1/conversations/{id}/reading/similar": {who: "nnn...annn", of: "conversation", body: obj{"conversationIds": []string{}}},
	"GET /api/v1/reader":                              {who: "nnnf...nf."},
	"POST /api/v1/reader/train":                       {who: "nnnff..nnn", body: obj{}},
	"GET /api/v1/reader/engine":                       {who: "nnnf...nf."},
	"PUT /api/v1/reader/engine":                       {who: "nnnff..nnn", body: obj{"on": false, "url": "", "model": "", "which": "all", "monthlyCalls": 10, "monthlyTokens": 90000, "version": 0}},
	"POST /api/v1/reader/engine/test":                 {who: "nnnff..nnn", body: obj{}},

	"GET /api/v1/conversations/{id}/letters":                  {who: "nnn...an.a", of: "lettered"},
	"PUT /api/v1/conversations/{id}/participants":             {who: "nnn...anfa", of: "lettered", body: obj{"address": "canary-office{suffix}@friends.example", "rights": "refused"}},
	"POST /api/v1/conversations/{id}/scheduled":               {who: "nnn...annn", of: "lettered", body: obj{"text": "Canary-ada", "sendAt": "2026-03-03T09:00:00Z"}},
	"GET /api/v1/conversations/{id}/scheduled":                {who: "nnn...an.a", of: "lettered"},
	"DELETE /api/v1/conversations/{id}/scheduled/{scheduled}": {who: "nnn.aaanfa", of: "lettered", last: true}, // the agent takes them back
	"GET /api/v1/arrivals":                                    {who: "nnn....n.."},
	"GET /api/v1/arrivals/{id}":                               {who: "nnn...an.a", of: "arrival"},
	"POST /api/v1/arrivals/{id}/retry":                        {who: "nnn...anfa", of: "arrival", body: obj{}},
	"POST /api/v1/arrivals/{id}/convert":                      {who: "nnn...anfa", of: "arrival", body: obj{}},
	"POST /api/v1/arrivals/{id}/discard":                      {who: "nnn...anfa", of: "arrival", body: obj{}},
	"GET /api/v1/sendings":                                    {who: "nnn....n..", query: "?state=all"},
	"GET /api/v1/sendings/{id}":                               {who: "nnn...an.a", of: "sending"},
	"POST /api/v1/sendings/{id}/again":                        {who: "nnn...anfa", of: "sending", body: obj{}},
	"POST /api/v1/sendings/{id}/cancel":                       {who: "nnn...anfa", of: "sending", body: obj{}},
	"GET /api/v1/mail/counts":                                 {who: "nnn....n.."},
	"GET /api/v1/connections":                                 {who: "nnn....nf."},
	"GET /api/v1/channels/{id}/secrets":                       {who: "nnnf..anfa", of: "mailbox"},
	"PUT /api/v1/channels/{id}/secrets":                       {who: "nnnff.anfa", of: "mailbox", body: obj{"secrets": obj{"out.password": "x"}}},
	"POST /api/v1/channels/detect":                            {who: "nnnff..nf.", body: obj{"kind": "webchat", "address": "support@arzel.example"}},
	"POST /api/v1/channels/{id}/try":                          {who: "nnnff.anfa", of: "channel", body: obj{}}, // a chat has nothing to try

	"GET /api/v1/visitor":                             {who: "n..nnnnnnn"},
	"PATCH /api/v1/visitor":                           {who: "n..nnnnnnn", body: obj{"zone": "Europe/Paris"}},
	"GET /api/v1/visitor/conversations/{id}/messages": {who: "n.annnnnnn", of: "conversation"},
	"POST /api/v1/visitor/messages":                   {who: "n.annnnnnn", of: "conversation", body: obj{"conversationId": "{id}", "text": "Canary-ada", "clientId": "{new}"}},
	"POST /api/v1/visitor/conversations/{id}/read":    {who: "n.annnnnnn", of: "conversation", body: obj{"position": 1}},
	"POST /api/v1/visitor/attachments":                {who: "n..nnnnnnn", file: true},
	"GET /api/v1/visitor/attachments/{id}":            {who: "n.annnnnnn", of: "attachment"},
	"DELETE /api/v1/visitor/session":                  {who: "n..nnnnnnn", last: true},
}

// rulesBody and routingBody are bodies that are right.
var (
	listens     = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=recvonly\r\n" // an offer
	rulesBody   = obj{"name": "New", "when": []string{"started"}, "then": []obj{{"do": "raise"}}}
	routingBody = obj{"profile": "fair", "capacity": obj{"chat": 3}, "finishFor": 0, "vanishedAfter": 60, "goal": 95, "version": 0,
		"weights": obj{"criticality": 1, "influence": 1, "value": 1, "mood": 1, "repeat": 1, "deadline": 1, "slack": 1, "perHour": 1}}
)

// row is one route of the table.
type row struct {
	who   string // a letter for each caller
	of    string // what {id} is the id of
	path  string // instead of the pattern's own
	query string
	body  obj
	file  bool // the body is a form with a file
	last  bool // it ends what other rows need
}

// world is one workspace with something of every kind in it, all marked with canaries.
type world struct {
	ids                                             map[string]string
	ada, bob, agent, supervisor, admin, gone, robot principal
}

// populate fills a workspace. Every text in it holds the canary of who may read it.
func (h *house) populate(ws vis.WorkspaceID, admin principal, suffix string) *world {
	h.Helper()
	mark := func(who string) string { return "Canary-" + who + suffix }
	w := &world{admin: admin, ids: make(map[string]string)}
	chat := h.channel(ws, admin, "Shop")
	w.ada, w.bob = h.visitor(ws, chat), h.visitor(ws, chat)
	_, err := h.desk.Introduce(h.ctx, w.ada.actor, desk.Introduction{Name: new(mark("ada")), Email: new("canary-ada" + suffix + "@example.org")})
	h.must(err)
	ref, err := h.server.blobs.Put(h.ctx, ws, strings.NewReader("x"), 10)
	h.must(err)
	file, err := h.desk.Attach(h.ctx, w.ada.actor, desk.Attachment{Name: mark("ada") + ".txt", MediaType: "text/plain", Size: 1, Blob: ref.Hash})
	h.must(err)
	got, err := h.desk.Receive(h.ctx, w.ada.actor, desk.Inbound{Channel: chat.ID, Text: mark("ada"), ClientID: newID(), Attachments: []vis.AttachmentID{file.ID}})
	h.must(err)
	_, err = h.desk.Receive(h.ctx, w.bob.actor, desk.Inbound{Channel: chat.ID, Text: mark("bob"), ClientID: newID()})
	h.must(err)
	_, err = h.desk.WriteNote(h.ctx, admin.actor, got.Conversation.ID, mark("office"), nil)
	h.must(err)
	w.agent, w.supervisor = h.hire(admin, "Yann "+mark("office"), vis.Agent), h.hire(admin, "Nolwenn "+mark("office"), vis.Supervisor)
	w.gone = h.hire(admin, "Gone "+mark("office"), vis.Agent)
	m, err := h.staff.Member(h.ctx, ws, w.gone.actor.Member())
	h.must(err)
	_, err = h.staff.ChangeMember(h.ctx, admin.actor, m.ID, staff.MemberChange{Disabled: new(true), Version: m.Version})
	h.must(err)
	invited, err := h.staff.Invite(h.ctx, admin.actor, staff.Invitation{Email: "canary-office" + suffix + "@example.org", Name: mark("office"), Role: vis.Agent})
	h.must(err)
	team, err := h.staff.CreateTeam(h.ctx, admin.actor, mark("office"), "", nil)
	h.must(err)
	step, err := h.desk.AddStep(h.ctx, admin.actor, got.Conversation.ID, mark("ada"), desk.Underway, time.Time{})
	h.must(err)
	hook, err := h.notify.CreateWebhook(h.ctx, admin.actor, mark("office"), "http://127.0.0.1:1/", []vis.EventType{notify.All})
	h.must(err)
	sent, err := h.notify.Test(h.ctx, admin.actor, hook.ID)
	h.must(err)
	_, err = h.notify.Write(h.ctx, admin.actor, w.agent.actor.Member(), mark("office"))
	h.must(err)
	call, err := h.routing.Ask(h.ctx, w.ada.actor, got.Conversation.ID, "+33 1 99 00 12 34", time.Time{})
	h.must(err)
	calendar, err := h.routing.CreateCalendar(h.ctx, admin.actor, mark("office"), hours.Calendar{Zone: "Europe/Paris"})
	h.must(err)
	policy, err := h.routing.CreatePolicy(h.ctx, admin.actor, routing.Policy{Name: mark("office"), Terms: map[routing.PromiseKind]routing.Term{routing.First: {For: time.Hour}}})
	h.must(err)
	rule, err := h.routing.CreateRule(h.ctx, admin.actor, routing.Rule{Name: mark("office"), When: []routing.Trigger{routing.WhenStarted}, Then: []routing.Action{{Do: "raise"}}})
	h.must(err)
	offer := routing.Offer{ID: vis.OfferID(newID()), Conversation: got.Conversation.ID, Member: admin.actor.Member(), State: routing.Ringing,
		MadeAt: h.clock.Now(), ExpiresAt: h.clock.Now().Add(time.Minute)}
	h.must(h.store.Routing().Update(h.ctx, vis.System(ws), nil, func(tx routing.Tx) error { return tx.InsertOffer(h.ctx, offer) }))
	pressed, err := h.assist.Press(h.ctx, w.ada.actor, assist.Press{Channel: chat.ID, Page: &assist.Page{URL: "https://shop.example/", Title: mark("ada")}})
	h.must(err)
	kept := assist.Recording{Assist: pressed.ID, StartedAt: h.clock.Now(), DeleteAt: h.clock.Now().Add(time.Hour), Key: []byte{1}}
	h.must(h.store.Assist().Update(h.ctx, vis.System(ws), nil, func(tx assist.Tx) error { return tx.InsertRecording(h.ctx, kept) }))
	ready, err := h.letters.CreateTemplate(h.ctx, admin.actor, post.Template{Ready: post.Ready{Name: mark("office"), Text: post.Wording{FR: mark("office")}}})
	h.must(err)
	h.must(h.listen.CatchUp(h.ctx, ws))
	outage, err := h.watch.Signal(h.ctx, admin.actor, listen.SignalIn{Source: mark("office"), Key: "1", Title: mark("office")})
	h.must(err)
	plan, err := h.watch.PrepareScenario(h.ctx, admin.actor, listen.Plan{Name: mark("office"), Steps: listen.Steps{{Text: mark("office")}}})
	h.must(err)
	_, err = h.watch.Amend(h.ctx, admin.actor, outage.ID, listen.Change{Scenario: plan.ID})
	h.must(err)
	view, err := h.desk.KeepView(h.ctx, admin.actor, desk.SavedView{Name: mark("office"), Sharing: desk.Own, List: desk.SavedList{View: desk.ViewAll, State: desk.Open}}, nil)
	h.must(err)
	written := h.correspond(ws, admin, mark, suffix)
	spare := h.token(admin, vis.ReadConversations)
	w.robot = h.token(admin, vis.ReadConversations)
	w.ids = map[string]string{"conversation": string(got.Conversation.ID), "customer": w.ada.actor.ID, "attachment": string(file.ID),
		"member": w.gone.actor.ID, "invited": string(invited.Member.ID), "team": string(team.ID), "channel": string(chat.ID),
		"token": spare.actor.ID, "key": chat.Key, "step": string(step.ID), "callback": string(call.ID), "calendar": string(calendar.ID), "policy": string(policy.ID),
		"rule": string(rule.ID), "offer": string(offer.ID), "webhook": string(hook.ID), "delivery": string(sent.ID), "template": string(ready.ID), "assist": string(pressed.ID), "message": string(got.Message.ID),
		"incident": string(outage.ID), "scenario": string(plan.ID), "view": string(view.ID)}
	maps.Copy(w.ids, written)
	return w
}

// correspond has somebody write letters to a workspace: one that is answered, with a friend of hers beside, and one that nobody can read.
func (h *house) correspond(ws vis.WorkspaceID, admin principal, mark func(string) string, suffix string) map[string]string {
	h.Helper()
	c, err := h.channels.Create(h.ctx, admin.actor, channel.Creation{Kind: "email", Name: mark("office"),
		Settings: json.RawMessage(`{"addresses":[{"address":"support` + suffix + `@arzel.example"}],"out":{"host":"smtp.arzel.example","port":465,"security":"tls"}}`)})
	h.must(err)
	in := h.letters.Intake(ws, c.ID)
	for _, raw := range []string{
		"From: " + mark("ada") + " <canary-ada" + suffix + "@letters.example>\r\nTo: support" + suffix + "@arzel.example\r\nCc: " + mark("office") + " <canary-office" + suffix +
			"@friends.example>\r\nMessage-ID: <1" + suffix + "@letters.example>\r\nSubject: " + mark("ada") + "\r\n\r\n" + mark("ada") + "\r\n",
		"Subject: " + mark("office") + "\r\n" + strings.Repeat("X-Again: and again\r\n", 5000) + "\r\n" + mark("office") + "\r\n",
	} {
		_, err := in.Keep(h.ctx, channel.Raw{Bytes: []byte(raw)})
		h.must(err)
	}
	for h.letters.ReadOnce(h.ctx) > 0 {
		continue
	}
	held, err := h.letters.Arrivals(h.ctx, admin.actor, post.Quarantined, vis.Page{})
	h.must(err)
	filed, err := h.letters.Arrivals(h.ctx, admin.actor, post.Filed, vis.Page{})
	h.must(err)
	if len(held.Items) != 1 || len(filed.Items) != 1 {
		h.Fatalf("%d letters in quarantine, %d filed", len(held.Items), len(filed.Items))
	}
	id := filed.Items[0].Conversation
	_, err = h.desk.Reply(h.ctx, admin.actor, id, desk.Outbound{Text: mark("ada")})
	h.must(err)
	later, err := h.letters.Schedule(h.ctx, admin.actor, id, desk.Outbound{Text: mark("ada")}, h.clock.Now().Add(time.Hour))
	h.must(err)
	all, err := h.letters.Correspondence(h.ctx, admin.actor, id)
	h.must(err)
	return map[string]string{"mailbox": string(c.ID), "lettered": string(id), "arrival": string(held.Items[0].ID), "sending": string(all.Sendings[len(all.Sendings)-1].ID),
		"scheduled": string(later.ID), "suffix": suffix, "letter": string(all.Letters[0].Message)}
}

// C-01, C-02, C-05, C-11, A-13, A-17: every route, every caller, own and foreign ids; and no canary where it does not belong.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here := h.populate(h.ws, h.admin, "")
	otherWS, otherAdmin := h.found("Other", "Olga Other", "olga@other.example")
	there := h.populate(otherWS, otherAdmin, "-elsewhere")
	callers := []principal{nobody, here.ada, here.bob, here.agent, here.supervisor, here.admin, otherAdmin, here.gone, here.robot,
		h.token(otherAdmin, vis.Scopes()...)}
	names := []string{"anonymous", "Ada", "Bob", "agent", "supervisor", "administrator", "foreign administrator", "disabled", "token", "foreign token"}

	var first, last []string
	for _, pattern := range h.server.mux.all {
		r, known := matrix[pattern]
		switch {
		case !known:
			t.Errorf("%s has no row: who may call it?", pattern)
		case r.last && r.of == "": // sessions end after everything else
			last = append(last, pattern)
		case r.last:
			last = append([]string{pattern}, last...)
		default:
			first = append(first, pattern)
		}
	}
	for pattern := range matrix {
		if !slices.Contains(h.server.mux.all, pattern) {
			t.Errorf("%s has a row, but is not served", pattern)
		}
	}
	for _, pattern := range append(first, last...) {
		for i, who := range callers {
			ask := matrix[pattern].call(pattern, here.ids, who)
			a := h.do(ask)
			if got, want := letter(a.status), matrix[pattern].who[i]; got != want {
				t.Errorf("%s as %s: %d %.120s; the table says %c", pattern, names[i], a.status, a.body, want)
			}
			h.checkCanaries(pattern, names[i], a)
			if matrix[pattern].of == "" || pattern == "GET /content/{id}" || i == 6 || i == 9 {
				continue
			}
			a = h.do(matrix[pattern].call(pattern, there.ids, who))
			want := matrix[pattern].who[i]
			if want == '.' {
				want = 'a'
			}
			if got := letter(a.status); got != want {
				t.Errorf("%s as %s, of another workspace: %d %.120s, want %c", pattern, names[i], a.status, a.body, want)
			}
			h.checkCanaries(pattern, names[i], a)
		}
	}
}

// call makes a row's request about one workspace's things.
func (r row) call(pattern string, ids map[string]string, as principal) call {
	method, path, found := strings.Cut(pattern, " ")
	if !found {
		method, path = "GET", pattern
	}
	if r.path != "" {
		path = r.path
	}
	fill := strings.NewReplacer("{id}", ids[r.of], "{delivery}", ids["delivery"], "{key}", ids["key"], "{step}", ids["step"], "{conversation}", ids["conversation"], "{scheduled}", ids["scheduled"], "{suffix}", ids["suffix"], "{new}", newID())
	c := call{method: method, path: fill.Replace(path + r.query), as: as, address: "203.0.113.9:1"}
	switch {
	case r.file:
		body, contentType := fileForm("note.txt", "text/plain", []byte("words"))
		c.body, c.header = body, map[string]string{"Content-Type": contentType}
	case r.body != nil:
		filled := obj{}
		for name, v := range r.body {
			if text, isText := v.(string); isText {
				v = fill.Replace(text)
			}
			filled[name] = v
		}
		c.body = filled
	}
	return c
}

func letter(status int) byte {
	switch status {
	case 401:
		return 'n'
	case 403:
		return 'f'
	case 404:
		return 'a'
	case 500, 501, 502:
		return '!'
	}
	return '.'
}

// mayRead says whose canaries a caller may see.
var mayRead = map[string][]string{
	"anonymous": nil, "Ada": {"ada"}, "Bob": {"bob"}, "disabled": nil,
	"agent": {"ada", "bob", "office"}, "supervisor": {"ada", "bob", "office"}, "administrator": {"ada", "bob", "office"},
	"token": {"ada", "bob", "office"}, "foreign administrator": {"elsewhere"}, "foreign token": {"elsewhere"},
}

func (h *house) checkCanaries(pattern, name string, a answer) {
	h.Helper()
	body := bytes.ToLower(a.body)
	for at := bytes.Index(body, []byte("canary-")); at >= 0; at = bytes.Index(body, []byte("canary-")) {
		body = body[at+len("canary-"):]
		word := string(body[:min(len(body), 40)])
		whose, rest, _ := strings.Cut(word, "-")
		whose = strings.TrimRight(strings.FieldsFunc(whose, func(r rune) bool { return r < 'a' || r > 'z' })[0], " ")
		if strings.HasPrefix(rest, "elsewhere") {
			whose = "elsewhere"
		}
		if a.status == 401 || a.status == 403 || a.status == 404 || !slices.Contains(mayRead[name], whose) {
			h.Errorf("%s tells %s (%d) of canary-%s", pattern, name, a.status, word)
		}
	}
}

// C-12: other spellings of a path lead to the same answer, or nowhere.
func TestOtherSpellingsOfAPathOpenNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.visitor(h.ws, h.chat)
	id := string(h.write(ada, "Canary-ada").Conversation.ID)
	for _, path := range []string{"/api/v1/conversations/" + id + "/", "/api/v1//conversations/" + id, "/api/v1/./conversations/" + id,
		"/API/V1/conversations/" + id, "/api/v1/conversations/%2e%2e/conversations/" + id, "/api/v1/visitor/../conversations/" + id,
		"/api/v1/conversations/" + strings.ToUpper(id), "/api/v1/conversations/" + id + "%00", "/desk/../api/v1/conversations/" + id} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PROPFIND"} {
			a := h.do(call{method: method, path: path, as: ada, header: map[string]string{"X-HTTP-Method-Override": "GET"}})
			if a.status < 300 || a.status >= 500 || strings.Contains(string(a.body), "Canary") {
				t.Errorf("%s %s: %d %.100s", method, path, a.status, a.body)
			}
		}
	}
}

// pixel is a picture of one pixel.
func pixel(width, height int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// C-02, F-10, F-11: ids of others in a body are refused, in words that say nothing of them.
func TestIdsOfOthersInABodyAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, olga := h.found("Other", "Olga Other", "olga@other.example")
	ada, bob := h.visitor(h.ws, h.chat), h.visitor(h.ws, h.chat)
	id := string(h.write(ada, "Bonjour").Conversation.ID)
	bobs := read[Attachment](t, h.upload(bob, "/api/v1/visitor/attachments", "a.png", "image/png", pixel(2, 2)))
	mine := read[Attachment](t, h.upload(h.admin, "/api/v1/attachments?conversationId="+id, "a.png", "image/png", pixel(2, 2)))
	version := func() int64 {
		c, err := h.desk.Conversation(h.ctx, h.admin.actor, vis.ConversationID(id))
		h.must(err)
		return c.Version
	}
	team, err := h.staff.CreateTeam(h.ctx, olga.actor, "Theirs", "", nil)
	h.must(err)
	for name, c := range map[string]call{
		"another visitor's file":   {method: "POST", path: "/api/v1/visitor/messages", as: ada, body: obj{"text": "x", "clientId": newID(), "attachmentIds": []string{bobs.ID}}},
		"a member's file":          {method: "POST", path: "/api/v1/visitor/messages", as: ada, body: obj{"text": "x", "clientId": newID(), "attachmentIds": []string{mine.ID}}},
		"a visitor's file":         {method: "POST", path: "/api/v1/conversations/" + id + "/messages", as: h.admin, body: obj{"text": "x", "attachmentIds": []string{bobs.ID}}},
		"a foreign member":         {method: "POST", path: "/api/v1/conversations/" + id + "/assign", as: h.admin, body: obj{"memberId": olga.actor.ID, "teamId": nil, "version": version()}},
		"a foreign team":           {method: "POST", path: "/api/v1/conversations/" + id + "/assign", as: h.admin, body: obj{"memberId": nil, "teamId": team.ID, "version": version()}},
		"a team's foreign member":  {method: "POST", path: "/api/v1/teams", as: h.admin, body: obj{"name": "T", "memberIds": []string{olga.actor.ID}}},
		"a channel's foreign team": {method: "POST", path: "/api/v1/channels", as: h.admin, body: obj{"kind": "webchat", "name": "C", "settings": obj{"teamId": team.ID}}},
		"a step's foreign member":  {method: "POST", path: "/api/v1/scenarios", as: h.admin, body: obj{"name": "S", "steps": []obj{{"text": "x", "ownerId": olga.actor.ID}}}},
		"a step's foreign team":    {method: "POST", path: "/api/v1/scenarios", as: h.admin, body: obj{"name": "S", "steps": []obj{{"text": "x", "teamId": string(team.ID)}}}},
		"a member's foreign team":  {method: "POST", path: "/api/v1/members", as: h.admin, body: obj{"email": "x@example.org", "name": "X", "role": "agent", "teamIds": []string{string(team.ID)}}},
	} {
		a := h.do(c)
		if p := a.problem(); a.status != 422 || len(p.Errors) != 1 || strings.Contains(string(a.body), "Theirs") || strings.Contains(string(a.body), "Olga") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	// The same file cannot be said twice (F-11).
	words := obj{"text": "x", "attachmentIds": []string{mine.ID}}
	if a := h.post(h.admin, "/api/v1/conversations/"+id+"/messages", words); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := h.post(h.admin, "/api/v1/conversations/"+id+"/messages", words); a.status != 422 {
		t.Errorf("said twice: %d", a.status)
	}
}
