#include "audit/pruned_prefix.h"

#include <algorithm>

#include "audit/access.h"
#include "audit/envelope.h"
#include "audit/leaf.h"
#include "audit/segment.h"
#include "foundation/bytes.h"
#include "foundation/file.h"
#include "json/canonical.h"
#include "json/document.h"

namespace salus::audit {
namespace {

constexpr std::size_t kFileBytesMost = 1024;

void add_member(std::string& out, std::string_view name, std::uint64_t value) {
    out.append(out.size() > 1 ? "," : "").append("\"").append(name).append("\":");
    json::append_json_integer(out, value);
}

void add_member(std::string& out, std::string_view name, crypto::Sha256Digest const& digest) {
    out.append(out.size() > 1 ? "," : "").append("\"").append(name).append("\":\"");
    out.append(to_base64(digest)).append("\"");
}

std::string to_text(Pruning const& pruning) {
    std::string out = "{";
    add_member(out, "leaf", pruning.leaf);
    return out.append(",\"pruned\":").append(to_text(pruning.prefix)).append("}\n");
}

std::filesystem::path file_in(std::filesystem::path const& directory) {
    return directory / "pruned";
}

std::uint64_t number_in(json::Value object, std::string_view name) {
    auto const member = object.member(name);
    auto const value = member && member->is_number() ? member->integer() : std::nullopt;
    return value && *value >= 0 ? static_cast<std::uint64_t>(*value) : 0;
}

crypto::Sha256Digest digest_in(json::Value object, std::string_view name) {
    crypto::Sha256Digest digest{};
    auto const bytes = from_base64(object.text_member(name).value_or(""));
    if (bytes && bytes->size() == digest.size()) std::ranges::copy(*bytes, digest.begin());
    return digest;
}

}  // namespace

std::string to_text(PrunedPrefix const& prefix) {
    std::string out = "{";
    add_member(out, "first", prefix.first);
    add_member(out, "root", prefix.root);
    add_member(out, "segment", prefix.segment);
    add_member(out, "versions", prefix.versions);
    return out.append("}");
}

// Both are members of canonical JSON, in which an unescaped quote only ends a text.
bool tells_of(std::string_view leaf, PrunedPrefix const& prefix) {
    auto const envelope = parse_leaf(leaf);
    auto const event = "\"ev\":\"" + std::string(name_of(Event::retention_pruned).text()) + "\"";
    return envelope && envelope->what.contains(event) &&
           envelope->what.contains("\"pruned\":" + to_text(prefix));
}

Result<Pruning> read_pruning(std::filesystem::path const& directory) {
    auto const text = read_file(file_in(directory), kFileBytesMost);
    if (!text && text.error().code == Errc::not_found) return Pruning{};
    if (!text) return std::unexpected(text.error());
    auto const wrong = [] { return fail(Errc::corrupt, "what was pruned cannot be read"); };
    json::Parser parser;
    auto const document = parser.parse(std::string(text_of(*text)));
    auto const prefix = document ? document->root().member("pruned") : std::nullopt;
    if (!prefix || !prefix->is_object()) return wrong();
    Pruning const pruning{.prefix = {.segment = number_in(*prefix, "segment"),
                                     .first = number_in(*prefix, "first"),
                                     .root = digest_in(*prefix, "root"),
                                     .versions = digest_in(*prefix, "versions")},
                          .leaf = number_in(document->root(), "leaf")};
    // One spelling, and nothing that no pruning makes.
    bool const possible = pruning.prefix.segment > 1 && pruning.prefix.first > 0 &&
                          pruning.leaf >= pruning.prefix.first;
    if (!possible || to_text(pruning) != text_of(*text)) return wrong();
    return pruning;
}

Result<void> write_pruning(std::filesystem::path const& directory, Pruning const& pruning) {
    return write_log_file(file_in(directory), bytes_of(to_text(pruning)));
}

std::filesystem::path versions_file(std::filesystem::path const& directory, std::uint64_t segment) {
    return directory / (file_number(segment) + ".versions");
}

}  // namespace salus::audit
