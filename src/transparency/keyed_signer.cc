#include "transparency/keyed_signer.h"

#include <algorithm>

#include "foundation/limits.h"

namespace salus::transparency {
namespace {

constexpr std::string_view kMemoryName = "salus/signed";
constexpr std::size_t kMemoryBytes = 16 * limits::kMiB;
constexpr std::string_view kPemBegin = "-----BEGIN PUBLIC KEY-----\n";
constexpr std::string_view kPemEnd = "-----END PUBLIC KEY-----\n";
constexpr std::size_t kPemLine = 64;  // RFC 7468 section 2

std::string to_pem(crypto::VerifyingKey const& key) {
    auto const base64 = to_base64(key.spki());
    std::string text(kPemBegin);
    for (std::size_t at = 0; at < base64.size(); at += kPemLine) {
        text.append(base64, at, kPemLine).append("\n");
    }
    return text.append(kPemEnd);
}

Result<void> write_memory(std::filesystem::path const& directory, crypto::SigningKey const& key,
                          std::map<std::string, TreeHead> const& heads) {
    SALUS_TRY(auto const verifier,
              NoteVerifier::make(std::string(kMemoryName), key.verifying_key()));
    std::string text = "last signed\n";
    for (auto const& [origin, head] : heads) text.append(to_text(Checkpoint{origin, head}));
    auto const note = text + "\n" + sign_note(text, key, verifier);
    return write_file_durably(memory_file(directory), bytes_of(note), FileAccess::private_to_owner);
}

}  // namespace

std::filesystem::path secret_key_file(std::filesystem::path const& directory) {
    return directory / "checkpoint.key";
}

std::filesystem::path public_key_file(std::filesystem::path const& directory) {
    return directory / "checkpoint.pub";
}

std::filesystem::path memory_file(std::filesystem::path const& directory) {
    return directory / "signed";
}

Result<crypto::VerifyingKey> read_public_key(std::filesystem::path const& file) {
    SALUS_TRY(auto const contents, read_file(file, limits::kSecretBytes));
    auto text = text_of(contents);
    auto const wrong = [] { return fail(Errc::invalid, "the file is no public key in PEM"); };
    if (!text.starts_with(kPemBegin) || !text.ends_with(kPemEnd)) return wrong();
    text.remove_prefix(kPemBegin.size());
    text.remove_suffix(kPemEnd.size());
    std::string base64(text);
    std::erase(base64, '\n');
    auto const der = from_base64(base64);
    if (!der) return wrong();
    return crypto::VerifyingKey::from_spki(*der);
}

Result<void> KeyedSigner::create(std::filesystem::path const& directory,
                                 crypto::SignatureAlgorithm algorithm) {
    SALUS_TRY_VOID(make_private_directory(directory));
    if (std::filesystem::exists(secret_key_file(directory)) ||
        std::filesystem::exists(memory_file(directory))) {
        return fail(Errc::conflict, "there is a signer's key or memory already");
    }
    auto const key = crypto::SigningKey::generate(algorithm);
    // The key last: whoever finds it finds the memory.
    SALUS_TRY_VOID(write_memory(directory, key, {}));
    SALUS_TRY_VOID(write_file_durably(public_key_file(directory),
                                      bytes_of(to_pem(key.verifying_key())),
                                      FileAccess::readable_by_all));
    auto const secret = key.to_pkcs8();
    return write_file_durably(secret_key_file(directory), secret.reveal(),
                              FileAccess::private_to_owner);
}

Result<KeyedSigner> KeyedSigner::open(std::filesystem::path const& directory) {
    SALUS_TRY(auto lock, FileLock::acquire(directory / "lock"));
    SALUS_TRY(auto der, read_file(secret_key_file(directory), limits::kSecretBytes));
    SecretBytes const secret(der);
    scrub(der);
    SALUS_TRY(auto key, crypto::SigningKey::from_pkcs8(secret));
    KeyedSigner signer(directory, std::move(lock), std::move(key));
    SALUS_TRY_VOID(signer.read_memory());
    return signer;
}

Result<void> KeyedSigner::read_memory() {
    SALUS_TRY(signed_, read_signed_heads(directory_, key_.verifying_key()));
    return {};
}

Result<std::map<std::string, TreeHead>> read_signed_heads(std::filesystem::path const& directory,
                                                          crypto::VerifyingKey const& key) {
    auto const wrong = [] {
        return fail(Errc::corrupt, "what the signer signed last cannot be read");
    };
    auto const note = read_file(memory_file(directory), kMemoryBytes);
    if (!note) return wrong();
    SALUS_TRY(auto const verifier, NoteVerifier::make(std::string(kMemoryName), key));
    auto const text = verifier.open(text_of(*note));
    if (!text) return wrong();
    std::map<std::string, TreeHead> heads;
    auto rest = std::string_view(*text);
    rest.remove_prefix(std::min(rest.size(), rest.find('\n') + 1));
    while (!rest.empty()) {
        std::size_t end = 0;  // of three lines
        for (int line = 0; line < 3; ++line) end = rest.find('\n', end) + 1;
        auto checkpoint = checkpoint_from(rest.substr(0, end));
        if (!checkpoint) return wrong();
        heads.insert_or_assign(std::move(checkpoint->origin), checkpoint->head);
        rest.remove_prefix(end);
    }
    return heads;
}

// Durable before the signature leaves: a crash in between costs a signature, never a fork.
Result<void> KeyedSigner::remember(Checkpoint const& checkpoint) {
    auto heads = signed_;
    heads.insert_or_assign(checkpoint.origin, checkpoint.head);
    if (!write_memory(directory_, key_, heads)) {
        return fail(Errc::unavailable, "the signer cannot write what it signs");
    }
    signed_ = std::move(heads);
    return {};
}

Result<SigningAnswer> KeyedSigner::sign(Continuation const& request) {
    SALUS_TRY(auto const checkpoint, checkpoint_from(request.checkpoint));
    SALUS_TRY(auto const verifier, NoteVerifier::make(checkpoint.origin, key_.verifying_key()));
    auto const known = signed_.find(checkpoint.origin);
    auto const last = known == signed_.end() ? TreeHead{} : known->second;
    if (request.old_size != last.size) {
        return SigningAnswer{{}, {Refusal::Why::older, last.size}};
    }
    if (!proves_consistency(last, checkpoint.head, request.proof)) {
        return SigningAnswer{{}, {Refusal::Why::inconsistent, last.size}};
    }
    if (known == signed_.end() || last != checkpoint.head) SALUS_TRY_VOID(remember(checkpoint));
    auto const text = to_text(checkpoint);
    return SigningAnswer{text + "\n" + sign_note(text, key_, verifier), {}};
}

}  // namespace salus::transparency
