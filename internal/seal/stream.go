package seal

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"io"

	"golang.org/x/crypto/chacha20poly1305"

	"visavis/internal/vis"
)

// A sealed stream is a header (one byte of form, 19 random bytes) and chunks of chunkSize plain bytes, each sealed with
// XChaCha20-Poly1305 under the nonce random‖counter‖final. The counter keeps chunks in their places, the final flag shows a
// cut, and any chunk can be opened without those before it (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár).
const (
	chunkSize    = 64 << 10
	prefixSize   = chacha20poly1305.NonceSizeX - 5
	headerSize   = 1 + prefixSize
	sealedChunk  = chunkSize + chacha20poly1305.Overhead
	maxChunk     = 1<<32 - 1
	filesPurpose = "files"
)

// Writer seals what is written to it. Close seals the last chunk and must be called; it does not close what is underneath.
type Writer struct {
	to     io.Writer
	aead   cipher.AEAD
	nonce  [chacha20poly1305.NonceSizeX]byte
	plain  []byte
	sealed []byte
	count  uint64
	failed error
}

// NewWriter begins a sealed stream of a workspace.
func (k *Keys) NewWriter(ws vis.WorkspaceID, to io.Writer) (*Writer, error) {
	aead, err := chacha20poly1305.NewX(k.Key(ws, filesPurpose))
	if err != nil {
		return nil, err
	}
	w := &Writer{to: to, aead: aead, plain: make([]byte, 0, chunkSize), sealed: make([]byte, 0, sealedChunk)}
	if _, err := io.ReadFull(k.rand, w.nonce[:prefixSize]); err != nil {
		return nil, err
	}
	header := append([]byte{formOne}, w.nonce[:prefixSize]...)
	if _, err := to.Write(header); err != nil {
		return nil, err
	}
	return w, nil
}

// Write implements io.Writer. A full chunk is sealed only when more follows, for only then is it known not to be the last.
func (w *Writer) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		if len(w.plain) == chunkSize {
			if err := w.flush(false); err != nil {
				return written, err
			}
		}
		n := min(chunkSize-len(w.plain), len(p))
		w.plain = append(w.plain, p[:n]...)
		p = p[n:]
		written += n
	}
	return written, nil
}

// Close seals what is left as the final chunk, an empty one for an empty stream.
func (w *Writer) Close() error { return w.flush(true) }

func (w *Writer) flush(final bool) error {
	if w.failed != nil {
		return w.failed
	}
	if w.count > maxChunk {
		w.failed = errors.New("seal: the stream is too long")
		return w.failed
	}
	setChunk(&w.nonce, uint32(w.count), final)
	w.sealed = w.aead.Seal(w.sealed[:0], w.nonce[:], w.plain, nil)
	w.plain = w.plain[:0]
	w.count++
	if _, err := w.to.Write(w.sealed); err != nil {
		w.failed = err
		return err
	}
	if final {
		w.failed = errors.New("seal: the stream is closed")
	}
	return nil
}

func setChunk(nonce *[chacha20poly1305.NonceSizeX]byte, n uint32, final bool) {
	binary.BigEndian.PutUint32(nonce[prefixSize:], n)
	nonce[prefixSize+4] = 0
	if final {
		nonce[prefixSize+4] = 1
	}
}

// Reader opens a sealed stream; it can be sought in, so that a part of a film costs no more than that part.
type Reader struct {
	from   io.ReaderAt
	aead   cipher.AEAD
	nonce  [chacha20poly1305.NonceSizeX]byte
	size   int64 // of the plain text
	chunks int64
	at     int64
	loaded int64 // the chunk in plain, -1 for none
	plain  []byte
	sealed []byte
}

// NewReader opens a sealed stream of a workspace that is length bytes long, and proves its end: a cut stream is ErrBroken
// before its first byte is given out.
func (k *Keys) NewReader(ws vis.WorkspaceID, from io.ReaderAt, length int64) (*Reader, error) {
	body := length - headerSize
	if body < chacha20poly1305.Overhead {
		return nil, ErrBroken
	}
	aead, err := chacha20poly1305.NewX(k.Key(ws, filesPurpose))
	if err != nil {
		return nil, err
	}
	chunks := (body + sealedChunk - 1) / sealedChunk
	r := &Reader{from: from, aead: aead, chunks: chunks, size: body - chunks*chacha20poly1305.Overhead, loaded: -1}
	header := make([]byte, headerSize)
	if _, err := from.ReadAt(header, 0); err != nil {
		return nil, err
	}
	if header[0] != formOne || chunks > maxChunk+1 || r.size < 0 {
		return nil, ErrBroken
	}
	copy(r.nonce[:prefixSize], header[1:])
	r.plain = make([]byte, 0, min(chunkSize, r.size))
	return r, r.load(chunks - 1)
}

// Size is the length of the plain text.
func (r *Reader) Size() int64 { return r.size }

func (r *Reader) load(n int64) error {
	if r.loaded == n {
		return nil
	}
	length := int64(sealedChunk)
	if n == r.chunks-1 {
		length = r.size - n*chunkSize + chacha20poly1305.Overhead
	}
	if int64(cap(r.sealed)) < length {
		r.sealed = make([]byte, length)
	}
	sealed := r.sealed[:length]
	if got, err := r.from.ReadAt(sealed, headerSize+n*sealedChunk); int64(got) < length {
		if err == nil || errors.Is(err, io.EOF) {
			return ErrBroken
		}
		return err
	}
	setChunk(&r.nonce, uint32(n), n == r.chunks-1)
	r.loaded = -1
	plain, err := r.aead.Open(r.plain[:0], r.nonce[:], sealed, nil)
	if err != nil {
		return ErrBroken
	}
	r.plain, r.loaded = plain, n
	return nil
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	if err := r.load(r.at / chunkSize); err != nil {
		return 0, err
	}
	n := copy(p, r.plain[r.at%chunkSize:])
	r.at += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errors.New("seal: sought before the beginning")
	}
	r.at = offset
	return offset, nil
}
