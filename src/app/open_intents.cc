#include "app/open_intents.h"

#include "audit/leaf.h"
#include "crypto/hash.h"
#include "foundation/blocking.h"
#include "json/document.h"

namespace salus::app {
namespace {

enum class Happened { yes, no };

// One element of "res": [type, address, version, hash of the sealed bytes].
Result<Happened> happened(store::Reader& reader, json::Value resource) {
    std::vector<json::Value> parts;
    for (auto const part : resource.elements()) parts.push_back(part);
    bool const whole = parts.size() == 4 && parts[1].is_string() && parts[3].is_string();
    auto const address = whole ? from_hex(parts[1].text()) : std::nullopt;
    auto const version = whole ? parts[2].integer() : std::nullopt;
    if (!address || address->size() != 16 || !version) {
        return fail(Errc::corrupt, "an intent in the audit log cannot be read");
    }
    SALUS_TRY(auto const stored,
              reader.get_version(Address::from(*address), static_cast<std::uint64_t>(*version)));
    if (!stored) return Happened::no;
    auto const hash = to_base64(crypto::sha256(stored->document.bytes()));
    // Another write took this version: ours lost and never happened.
    return hash == parts[3].text() ? Happened::yes : Happened::no;
}

Result<Happened> happened(store::Reader& reader, audit::OpenIntent const& intent) {
    json::Parser parser;
    SALUS_TRY(auto const leaf, parser.index(intent.leaf));
    auto const what = leaf.root().member("what");
    auto const resources = what ? what->member("res") : std::nullopt;
    if (!resources || !resources->is_array()) {
        return fail(Errc::corrupt, "an intent in the audit log cannot be read");
    }
    std::size_t done = 0;
    for (auto const resource : resources->elements()) {
        SALUS_TRY(auto const one, happened(reader, resource));
        done += one == Happened::yes ? 1 : 0;
    }
    if (done != 0 && done != resources->size()) {
        return fail(Errc::corrupt, "a write that the audit log names is only partly in the store");
    }
    return done != 0 ? Happened::yes : Happened::no;
}

}  // namespace

Result<void> settle_open_intents(request::Tenant const& tenant,
                                 std::vector<audit::OpenIntent> const& intents) {
    if (intents.empty()) return {};
    SALUS_TRY(auto const reader, tenant.store.open_reader());
    std::vector<audit::Record> records;
    for (auto const& intent : intents) {
        SALUS_TRY(auto const fact, happened(*reader, intent));
        bool const done = fact == Happened::yes;
        audit::LeafBuilder leaf(audit::Event::intent_closed,
                                done ? audit::Outcome::ok : audit::Outcome::error);
        leaf.tenant(tenant.name).outcome_of(intent.index);
        leaf.reason(done ? Literal("the store has the write") : Literal("the store has it not"));
        SALUS_TRY(auto record, std::move(leaf).build());
        records.push_back(std::move(record));
    }
    BlockingExecutor executor;
    SALUS_TRY_VOID(executor.run(tenant.audit_log.append(std::move(records), executor)));
    return {};
}

}  // namespace salus::app
