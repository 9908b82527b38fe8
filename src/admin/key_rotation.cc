#include "admin/key_rotation.h"

#include "admin/package_reader.h"
#include "json/writer.h"

namespace salus::admin {
namespace {

using keys::KeyState;
using keys::Purpose;

Literal name_of(KeyState state) {
    switch (state) {
        case KeyState::active: return "active";
        case KeyState::decrypt_only: return "decrypt-only";
        case KeyState::destroyed: return "destroyed";
        case KeyState::pre_active: return "pre-active";
    }
    return "";
}

Literal name_of(Purpose purpose) {
    switch (purpose) {
        case Purpose::address: return "address";
        case Purpose::blind_index: return "index";
        case Purpose::audit_detail: return "detail";
        case Purpose::cursor: return "cursor";
        case Purpose::token_signing: return "signing";
    }
    return "unknown";
}

class StatusWriter {
public:
    StatusWriter(std::string& out, WallTime now) : writer_(out), now_(now) {}

    void write(keys::RotationStatus const& status) {
        writer_.begin_object().key("paused").boolean(status.orders.paused);
        writer_.key("keks").begin_array();
        for (auto const& kek : status.keks) {
            begin(kek.state, kek.created).key("epoch").integer(kek.epoch);
            writer_.key("shardKeys").integer(static_cast<std::int64_t>(kek.shard_keys));
            writer_.end_object();
        }
        writer_.end_array().key("shardKeys").begin_array();
        for (auto const& key : status.shard_keys) {
            begin(key.state, key.created).key("shard").integer(key.shard);
            writer_.key("epoch").integer(key.epoch).key("kekEpoch").integer(key.kek_epoch);
            writer_.key("keys").integer(static_cast<std::int64_t>(key.keys)).end_object();
        }
        writer_.end_array().key("dataKeys").begin_array();
        for (auto const& key : status.data_keys) {
            begin(key.state, key.oldest).key("version").integer(key.version);
            writer_.key("keys").integer(static_cast<std::int64_t>(key.keys)).end_object();
        }
        writer_.end_array().key("purposeKeys").begin_array();
        for (auto const& key : status.purpose_keys) {
            begin(key.state, key.created).key("purpose").string(name_of(key.purpose).text());
            writer_.key("version").integer(key.version);
            writer_.key("rotates").boolean(key.purpose != Purpose::address).end_object();
        }
        writer_.end_array().key("orders").begin_array();
        for (auto const& request : status.orders.requests) {
            writer_.begin_object().key("rotate").string(keys::name_of(request.kind).text());
            writer_.key("olderThan").string(to_instant(request.older_than)).end_object();
        }
        writer_.end_array().end_object();
    }

private:
    json::Writer& begin(KeyState state, WallTime created) {
        auto const age = std::chrono::duration_cast<std::chrono::seconds>(now_ - created);
        writer_.begin_object().key("state").string(name_of(state).text());
        return writer_.key("ageSeconds").integer(std::max<std::int64_t>(0, age.count()));
    }

    json::Writer writer_;
    WallTime now_;
};

}  // namespace

Result<request::Prepared> key_status(request::Tenant const& tenant, Clock const& clock) {
    SALUS_TRY(auto const status, tenant.keyring.rotation().status());
    std::string text;
    StatusWriter(text, clock.now()).write(status);
    request::Prepared prepared;
    prepared.headers.set("Content-Type", "application/json");
    prepared.content = request::PlainContent{std::move(text)};
    return prepared;
}

Result<request::Prepared> order_rotation(request::Tenant const& tenant, Clock const& clock,
                                         json::Parser& parser, request::Exchange& exchange) {
    constexpr Literal kForm = "the body is {\"rotate\": KIND} or {\"paused\": true or false}";
    auto const body = parser.parse(PackageReader::take(std::move(exchange.request.body)));
    if (!body || !body->root().is_object()) return fail(Errc::invalid, kForm);
    auto const root = body->root();
    auto const rotate = root.text_member("rotate");
    auto const paused = root.member("paused");
    bool const pauses = paused && paused->is_boolean();
    if (rotate.has_value() == pauses) return fail(Errc::invalid, kForm);
    auto& rotation = tenant.keyring.rotation();
    if (pauses) {
        SALUS_TRY_VOID(rotation.set_paused(paused->boolean()));
        return key_status(tenant, clock);
    }
    auto const kind = keys::rotation_kind_of(*rotate);
    if (!kind) {
        return fail(Errc::invalid, "KIND is shard, data, index, signing, cursor or detail");
    }
    // KEY-2: the root is not one person's to replace.
    if (*kind == keys::RotationKind::kek) {
        return fail(Errc::forbidden,
                    "the root is replaced by what several people decide: rotate-root is proposed");
    }
    SALUS_TRY_VOID(rotation.request(*kind));
    return key_status(tenant, clock);
}

}  // namespace salus::admin
