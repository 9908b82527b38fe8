// Verifies the tiles and the checkpoint of an audit log with golang.org/x/mod/sumdb alone: nothing
// here is of Salus.
//
//	verify [-cosigner KEYFILE] KEYFILE LOGDIRECTORY [OLDER CHECKPOINT]
//	verify -proof PROOF KEYFILE
//	verify [-cosigner KEYFILE] -parent PROOF KEYFILE
//
// The second takes a receipt (C2SP tlog-proof with the leaf in it) and no log. The third takes one that goes through the
// parent log (docs/formats/checkpoint.md), and the parent's key.
// Every entry's hash is looked up in tiles that are authenticated up to the signed root; inclusion
// and consistency proofs are made and checked. With -cosigner the checkpoint must carry this key's
// cosignature too (C2SP tlog-cosignature). Exit code 0 and "size N", or 1 and what is wrong.
package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type tiles struct{ directory string }

func (t tiles) Height() int { return height }

// C2SP has the path of sumdb without the height.
func path(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		contents, err := t.read(path(tile), path(full(tile)), tile.W*tlog.HashSize)
		if err != nil {
			return nil, err
		}
		all = append(all, contents)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func full(tile tlog.Tile) tlog.Tile {
	tile.W = 1 << height
	return tile
}

// A partial tile may be gone once the full one is there, which begins with it.
func (t tiles) read(name, fullName string, size int) ([]byte, error) {
	contents, err := os.ReadFile(filepath.Join(t.directory, name))
	if os.IsNotExist(err) && name != fullName {
		contents, err = os.ReadFile(filepath.Join(t.directory, fullName))
		if err == nil && len(contents) >= size {
			contents = contents[:size]
		}
	}
	return contents, err
}

func (t tiles) entries(tree tlog.Tree, bundle int64) ([][]byte, error) {
	width := int(tree.N - bundle<<height)
	if width > 1<<height {
		width = 1 << height
	}
	tile := tlog.Tile{H: height, L: 0, N: bundle, W: width}
	name := func(tile tlog.Tile) string {
		return strings.Replace(path(tile), "tile/0/", "tile/entries/", 1)
	}
	rest, err := t.read(name(tile), name(full(tile)), 1<<30)
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for len(rest) > 0 && len(all) < width {
		if len(rest) < 2 || len(rest)-2 < int(binary.BigEndian.Uint16(rest)) {
			return nil, fmt.Errorf("bundle %d is cut", bundle)
		}
		end := 2 + int(binary.BigEndian.Uint16(rest))
		all = append(all, rest[2:end])
		rest = rest[end:]
	}
	if len(all) != width {
		return nil, fmt.Errorf("bundle %d has %d entries, not %d", bundle, len(all), width)
	}
	return all, nil
}

// A key of cosignature/v1, type 0x04: the signature is a time, then Ed25519 of the time and the text. Or of
// type 0xff with the name of the form, ECDSA on P-256 (docs/formats/checkpoint.md).
type cosigner struct {
	name   string
	hash   uint32
	form   string
	verify func(message, signature []byte) bool
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) <= 8 {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("%s\ntime %d\n%s", c.form, time, text)
	return time != 0 && c.verify([]byte(message), signature[8:])
}

const p256Form = "cosignature-p256/v1"

func verifierOf(key []byte) (string, func(message, signature []byte) bool, error) {
	if len(key) == 1+ed25519.PublicKeySize && key[0] == 4 {
		return "cosignature/v1", func(message, signature []byte) bool {
			return ed25519.Verify(key[1:], message, signature)
		}, nil
	}
	if !bytes.HasPrefix(key, []byte("\xff"+p256Form)) {
		return "", nil, fmt.Errorf("not a cosigner's key")
	}
	parsed, err := x509.ParsePKIXPublicKey(key[1+len(p256Form):])
	public, isEcdsa := parsed.(*ecdsa.PublicKey)
	if err != nil || !isEcdsa {
		return "", nil, fmt.Errorf("not a cosigner's key")
	}
	return p256Form, func(message, signature []byte) bool {
		hash := sha256.Sum256(message)
		return ecdsa.VerifyASN1(public, hash[:], signature)
	}, nil
}

func newCosigner(text string) (cosigner, error) {
	parts := strings.SplitN(strings.TrimSpace(text), "+", 3)
	if len(parts) != 3 {
		return cosigner{}, fmt.Errorf("not a cosigner's key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return cosigner{}, fmt.Errorf("not a cosigner's key")
	}
	form, verify, err := verifierOf(key)
	if err != nil {
		return cosigner{}, err
	}
	hash := sha256.Sum256(bytes.Join([][]byte{[]byte(parts[0]), key}, []byte("\n")))
	id := binary.BigEndian.Uint32(hash[:])
	if parts[1] != fmt.Sprintf("%08x", id) {
		return cosigner{}, fmt.Errorf("a cosigner's key with another id")
	}
	return cosigner{parts[0], id, form, verify}, nil
}

// Both must have signed, if there are two.
func open(file string, verifiers ...note.Verifier) (tlog.Tree, error) {
	contents, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	return openNote(contents, verifiers...)
}

func openNote(contents []byte, verifiers ...note.Verifier) (tlog.Tree, error) {
	verifier := verifiers[0]
	opened, err := note.Open(contents, note.VerifierList(verifiers...))
	if err != nil {
		return tlog.Tree{}, err
	}
	signers := map[string]bool{}
	for _, signature := range opened.Sigs {
		signers[signature.Name] = true
	}
	if len(signers) != len(verifiers) {
		return tlog.Tree{}, fmt.Errorf("signed by %d of %d keys", len(signers), len(verifiers))
	}
	origin, tree, err := parseHead(opened.Text)
	if err == nil && origin != verifier.Name() {
		err = fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	return tree, err
}

// Origin, size and root, a line each.
func parseHead(text string) (string, tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return "", tlog.Tree{}, fmt.Errorf("not a checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return "", tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return lines[0], tlog.Tree{N: size, Hash: hash}, err
}

func checkEntries(tree tlog.Tree, source tiles, hashes tlog.HashReader) error {
	for bundle := int64(0); bundle<<height < tree.N; bundle++ {
		entries, err := source.entries(tree, bundle)
		if err != nil {
			return err
		}
		var indexes []int64
		for i := range entries {
			indexes = append(indexes, tlog.StoredHashIndex(0, bundle<<height+int64(i)))
		}
		logged, err := hashes.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			if tlog.RecordHash(entry) != logged[i] {
				return fmt.Errorf("entry %d is not the one that was signed", bundle<<height+int64(i))
			}
		}
	}
	return nil
}

func checkProofs(tree tlog.Tree, hashes tlog.HashReader) error {
	step := tree.N/97 + 1
	for i := int64(0); i < tree.N; i += step {
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, i)})
		if err != nil {
			return err
		}
		record, err := tlog.ProveRecord(tree.N, i, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(record, tree.N, tree.Hash, i, leaf[0]); err != nil {
			return err
		}
		older, err := tlog.TreeHash(i+1, hashes)
		if err != nil {
			return err
		}
		if err := checkContinues(tree, tlog.Tree{N: i + 1, Hash: older}, hashes); err != nil {
			return err
		}
	}
	return nil
}

func checkContinues(tree, older tlog.Tree, hashes tlog.HashReader) error {
	if older.N > tree.N {
		return fmt.Errorf("the log is shorter than it was: %d, not %d", tree.N, older.N)
	}
	proof, err := tlog.ProveTree(tree.N, older.N, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash)
}

const proofStart = "c2sp.org/tlog-proof@v1\n"

type entryProof struct {
	leaf       []byte
	index      int64
	hashes     tlog.RecordProof
	checkpoint []byte
}

// "extra" is the leaf; a hash a line; an empty line; the checkpoint.
func parseProof(contents []byte, start string) (entryProof, error) {
	var proof entryProof
	if !bytes.HasPrefix(contents, []byte(start)) {
		return proof, fmt.Errorf("not a proof")
	}
	head, checkpoint, found := bytes.Cut(contents[len(start):], []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 {
		return proof, fmt.Errorf("not a proof")
	}
	var err error
	if proof.leaf, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[0], "extra ")); err != nil {
		return proof, err
	}
	if proof.index, err = strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64); err != nil {
		return proof, err
	}
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return proof, err
		}
		proof.hashes = append(proof.hashes, hash)
	}
	proof.checkpoint = checkpoint
	return proof, nil
}

func (p entryProof) check(tree tlog.Tree) error {
	return tlog.CheckRecord(p.hashes, tree.N, tree.Hash, p.index, tlog.RecordHash(p.leaf))
}

func checkReceipt(file string, verifier note.Verifier) error {
	contents, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	proof, err := parseProof(contents, proofStart)
	if err != nil {
		return err
	}
	tree, err := openNote(proof.checkpoint, verifier)
	if err != nil {
		return err
	}
	if err := proof.check(tree); err != nil {
		return err
	}
	fmt.Printf("leaf %d of %d\n%s\n", proof.index, tree.N, proof.leaf)
	return nil
}

// Whether the parent's leaf states this head: [origin, size, root, SHA-256 of the note].
func states(leaf []byte, origin string, tree tlog.Tree) bool {
	var parsed struct {
		What struct {
			Event string              `json:"ev"`
			Logs  [][]json.RawMessage `json:"logs"`
		} `json:"what"`
	}
	if json.Unmarshal(leaf, &parsed) != nil || parsed.What.Event != "checkpoints" {
		return false
	}
	wanted := fmt.Sprintf("%q %d %q", origin, tree.N, tree.Hash.String())
	for _, head := range parsed.What.Logs {
		if len(head) == 4 && fmt.Sprintf("%s %s %s", head[0], head[1], head[2]) == wanted {
			return true
		}
	}
	return false
}

// Leaf, tree, the parent's leaf that states the tree, the parent's signed tree.
func checkThroughParent(file string, verifiers ...note.Verifier) error {
	contents, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	second := bytes.Index(contents, []byte("\n\n"+proofStart))
	if second < 0 {
		return fmt.Errorf("not a proof through a parent log")
	}
	entry, err := parseProof(contents[:second+1], "salus/parent-proof@v1\n")
	if err != nil {
		return err
	}
	statement, err := parseProof(contents[second+2:], proofStart)
	if err != nil {
		return err
	}
	parent, err := openNote(statement.checkpoint, verifiers...)
	if err != nil {
		return err
	}
	if err := statement.check(parent); err != nil {
		return err
	}
	origin, tree, err := parseHead(string(entry.checkpoint))
	if err != nil {
		return err
	}
	if !states(statement.leaf, origin, tree) {
		return fmt.Errorf("the parent's leaf does not state this tree")
	}
	if err := entry.check(tree); err != nil {
		return err
	}
	fmt.Printf("leaf %d of %d of %s, stated in leaf %d of %d\n%s\n", entry.index, tree.N, origin,
		statement.index, parent.N, entry.leaf)
	return nil
}

func readVerifier(file string) (note.Verifier, error) {
	key, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(strings.TrimSpace(string(key)))
}

func run(arguments []string) error {
	if len(arguments) == 3 && arguments[0] == "-proof" {
		verifier, err := readVerifier(arguments[2])
		if err != nil {
			return err
		}
		return checkReceipt(arguments[1], verifier)
	}
	var cosigners []note.Verifier
	if len(arguments) > 1 && arguments[0] == "-cosigner" {
		key, err := os.ReadFile(arguments[1])
		if err != nil {
			return err
		}
		cosigner, err := newCosigner(string(key))
		if err != nil {
			return err
		}
		cosigners = append(cosigners, cosigner)
		arguments = arguments[2:]
	}
	if len(arguments) == 3 && arguments[0] == "-parent" {
		verifier, err := readVerifier(arguments[2])
		if err != nil {
			return err
		}
		return checkThroughParent(arguments[1], append([]note.Verifier{verifier}, cosigners...)...)
	}
	if len(arguments) < 2 {
		return fmt.Errorf("usage: verify [-cosigner KEYFILE] KEYFILE LOGDIRECTORY [OLDER CHECKPOINT]")
	}
	verifier, err := readVerifier(arguments[0])
	if err != nil {
		return err
	}
	source := tiles{arguments[1]}
	tree, err := open(filepath.Join(source.directory, "checkpoint"), append([]note.Verifier{verifier}, cosigners...)...)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, source)
	if err := checkEntries(tree, source, hashes); err != nil {
		return err
	}
	if err := checkProofs(tree, hashes); err != nil {
		return err
	}
	if len(arguments) > 2 {
		older, err := open(arguments[2], verifier)
		if err != nil {
			return err
		}
		if err := checkContinues(tree, older, hashes); err != nil {
			return err
		}
	}
	fmt.Printf("size %d\nroot %x\n", tree.N, tree.Hash[:])
	for _, cosigner := range cosigners {
		fmt.Println("cosigned by", cosigner.Name())
	}
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}
