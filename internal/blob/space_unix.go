//go:build linux || darwin || freebsd

package blob

import "syscall"

// room asks the operating system. What only its administrator may fill does not count as free.
func room(path string) (Room, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return Room{}, err
	}
	block := int64(s.Bsize)                                                                                             //nolint:unconvert // its type differs from system to system
	return Room{Free: int64(s.Bavail) * block, Size: (int64(s.Blocks) - int64(s.Bfree) + int64(s.Bavail)) * block}, nil //nolint:gosec,unconvert // no disk is that large
}
