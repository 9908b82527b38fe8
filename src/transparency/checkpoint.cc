#include "transparency/checkpoint.h"

#include <algorithm>
#include <charconv>

namespace salus::transparency {
namespace {

constexpr std::string_view kExtra = "extra ";

// The line up to its end, which must be there; removes both from the text.
std::optional<std::string_view> take_line(std::string_view& text) {
    auto const end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    auto const line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view name) {
    auto const line = take_line(text);
    if (!line || !line->starts_with(name)) return std::nullopt;
    return size_from(line->substr(name.size()));
}

std::optional<Sha256Digest> digest_from(std::string_view base64) {
    auto const bytes = from_base64(base64);
    Sha256Digest digest{};
    if (!bytes || bytes->size() != digest.size()) return std::nullopt;
    std::ranges::copy(*bytes, digest.begin());
    return digest;
}

// Hashes up to an empty line, which is taken too.
std::optional<Proof> take_hashes(std::string_view& text) {
    Proof proof;
    while (true) {
        auto const line = take_line(text);
        if (!line) return std::nullopt;
        if (line->empty()) return proof;
        auto const digest = digest_from(*line);
        if (!digest || proof.size() == kProofNodesMost) return std::nullopt;
        proof.push_back(*digest);
    }
}

void append_hashes(std::string& text, Proof const& proof) {
    for (auto const& hash : proof) text.append(to_base64(hash)).append("\n");
    text.append("\n");
}

}  // namespace

std::optional<std::uint64_t> size_from(std::string_view text) {
    std::uint64_t value = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || std::to_string(value) != text) return std::nullopt;
    return value;
}

std::string to_text(Checkpoint const& checkpoint) {
    return checkpoint.origin + "\n" + std::to_string(checkpoint.head.size) + "\n" +
           to_base64(checkpoint.head.root) + "\n";
}

Result<Checkpoint> checkpoint_from(std::string_view text) {
    auto const wrong = [] { return fail(Errc::invalid, "this is no checkpoint"); };
    auto const origin = take_line(text);
    auto const size = take_number(text, "");
    auto const root = take_line(text);
    if (!origin || origin->empty() || !size || !root || !text.empty()) return wrong();
    auto const digest = digest_from(*root);
    if (!digest) return wrong();
    return Checkpoint{std::string(*origin), {*size, *digest}};
}

Result<Checkpoint> open_checkpoint(std::string_view note, NoteVerifier const& verifier) {
    SALUS_TRY(auto const text, verifier.open(note));
    SALUS_TRY(auto checkpoint, checkpoint_from(text));
    if (checkpoint.origin != verifier.name()) {
        return fail(Errc::forbidden, "the checkpoint is of another log");
    }
    return checkpoint;
}

std::string to_text(EntryProof const& proof) {
    std::string text(kEntryProofStart);
    if (!proof.extra.empty()) {
        text.append(kExtra).append(to_base64(bytes_of(proof.extra))).append("\n");
    }
    text.append("index ").append(std::to_string(proof.index)).append("\n");
    append_hashes(text, proof.proof);
    return text + proof.checkpoint;
}

Result<EntryProof> entry_proof_from(std::string_view text) {
    auto const wrong = [] { return fail(Errc::invalid, "this is no proof of an entry"); };
    if (!text.starts_with(kEntryProofStart)) return wrong();
    text.remove_prefix(kEntryProofStart.size());
    std::string extra;
    if (text.starts_with(kExtra)) {
        auto const line = take_line(text);
        auto const bytes = line ? from_base64(line->substr(kExtra.size())) : std::nullopt;
        if (!bytes) return wrong();
        extra = text_of(*bytes);
    }
    auto const index = take_number(text, "index ");
    if (!index) return wrong();
    auto proof = take_hashes(text);
    if (!proof) return wrong();
    return EntryProof{*index, *std::move(proof), std::string(text), std::move(extra)};
}

std::string to_text(Continuation const& continuation) {
    auto text = "old " + std::to_string(continuation.old_size) + "\n";
    append_hashes(text, continuation.proof);
    return text + continuation.checkpoint;
}

Result<Continuation> continuation_from(std::string_view text) {
    auto const wrong = [] { return fail(Errc::invalid, "this is no proof of consistency"); };
    auto const old_size = take_number(text, "old ");
    if (!old_size) return wrong();
    auto proof = take_hashes(text);
    if (!proof) return wrong();
    return Continuation{*old_size, *std::move(proof), std::string(text)};
}

}  // namespace salus::transparency
