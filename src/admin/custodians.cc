#include "admin/custodians.h"

#include "admin/documents.h"
#include "admin/package_reader.h"
#include "foundation/file.h"
#include "json/writer.h"

namespace salus::admin {
namespace {

constexpr auto kCustodiansClass = records::DocumentClass::key_governance;
constexpr std::string_view kCustodiansType = "custodians";
constexpr std::string_view kCustodiansId = "set";

// Nothing when there is no file. Errc::corrupt when it cannot be read.
Result<std::optional<keys::CustodianSet>> pinned(std::filesystem::path const& file) {
    if (file.empty()) return std::nullopt;
    auto const bytes = read_file(file, keys::kCustodianSetBytes);
    if (!bytes && bytes.error().code == Errc::not_found) return std::nullopt;
    if (!bytes) return fail(Errc::corrupt, "the pinned custodians cannot be read");
    auto set = keys::CustodianSet::parse(std::string(text_of(*bytes)));
    if (!set) return fail(Errc::corrupt, "the pinned custodians cannot be read");
    return *std::move(set);
}

void pin(std::filesystem::path const& file, std::string const& text) {
    if (file.empty()) return;
    // If it fails, the pin stays one version behind, which stored_custodians() mends.
    static_cast<void>(write_file_durably(file, bytes_of(text), FileAccess::readable_by_all));
}

Result<void> add_custodians(request::Prepared& prepared, KeysDesk const& desk,
                            keys::CustodianSet const& set, std::uint64_t stored_version) {
    SALUS_TRY_VOID(add_document(prepared, desk.records,
                                {.document_class = kCustodiansClass,
                                 .type = std::string(kCustodiansType),
                                 .id = std::string(kCustodiansId),
                                 .version = stored_version + 1,
                                 .text = set.text()},
                                desk.clock.now()));
    prepared.after_commit = [file = desk.custodians_file, text = set.text()] { pin(file, text); };
    return {};
}

}  // namespace

Result<StoredCustodians> stored_custodians(KeysDesk const& desk) {
    SALUS_TRY(auto stored,
              read_document(desk.records, kCustodiansClass, kCustodiansType, kCustodiansId));
    SALUS_TRY(auto const pin_now, pinned(desk.custodians_file));
    if (stored.version == 0) {
        if (pin_now) return fail(Errc::corrupt, "the store has lost the custodians");
        return StoredCustodians{};
    }
    auto set = keys::CustodianSet::parse(std::move(stored.text));
    if (!set) return fail(Errc::corrupt, "the stored custodians cannot be read");
    bool const same = pin_now && pin_now->hash() == set->hash();
    // A crash between the two leaves the pin behind; a store that was put back is behind the pin.
    if (pin_now && !same && pin_now->version() >= set->version())
        return fail(Errc::corrupt, "the stored custodians are not those that are pinned");
    if (!same) pin(desk.custodians_file, set->text());
    return StoredCustodians{*std::move(set), stored.version};
}

Result<keys::CustodianSet> require_custodians(KeysDesk const& desk) {
    SALUS_TRY(auto stored, stored_custodians(desk));
    if (!stored.set)
        return fail(Errc::precondition_failed,
                    "no custodians are appointed: appoint them with `salus keys custodians FILE`");
    return *std::move(stored.set);
}

Result<request::Prepared> appoint_custodians(KeysDesk const& desk, request::Exchange& exchange) {
    SALUS_TRY(auto const set,
              keys::CustodianSet::parse(PackageReader::take(exchange.request.body.clone())));
    exchange.facts.key_operation = audit::KeyOperation{.operation = "appoint-custodians",
                                                       .proposal = to_hex(set.hash()),
                                                       .proposer = {},
                                                       .approvers = {},
                                                       .voter = {},
                                                       .decision = {}};
    SALUS_TRY(auto const stored, stored_custodians(desk));
    if (stored.set)
        return fail(Errc::conflict,
                    "there are custodians: another set takes a proposal and their ballots");
    if (set.version() != 1) return fail(Errc::invalid, "the first set is version 1");
    auto prepared = json_answer(set.text(), 201);
    prepared.conflict = Error{Errc::conflict, "custodians were appointed meanwhile", {}, {}};
    SALUS_TRY_VOID(add_custodians(prepared, desk, set, stored.version));
    return prepared;
}

Result<void> change_custodians(request::Prepared& prepared, KeysDesk const& desk,
                               keys::Approval const& approval, StoredCustodians const& now) {
    auto const text = approval.parameters().find("set");
    if (approval.operation() != keys::Operation::change_custodians || !now.set ||
        text == approval.parameters().end())
        return fail(Errc::invalid, "the proposal holds no set of custodians");
    SALUS_TRY(auto const next, keys::CustodianSet::parse(text->second));
    if (to_base64url(next.hash()) != approval.target())
        return fail(Errc::invalid, "the set is not the one that the proposal names");
    if (next.version() != now.set->version() + 1)
        return fail(Errc::invalid, "the next set's version is one more than that of the present");
    return add_custodians(prepared, desk, next, now.version);
}

Result<request::Prepared> show_custodians(KeysDesk const& desk) {
    SALUS_TRY(auto const set, require_custodians(desk));
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("hash").string(to_base64url(set.hash()));
    writer.key("instance").string(desk.instance());
    writer.key("set").raw(set.text()).end_object();
    return json_answer(std::move(text));
}

}  // namespace salus::admin
