#include "admin/key_rotation.h"

#include "admin/custodians.h"
#include "admin/request_content.h"
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
        case KeyState::retired: return "retired";
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
    StatusWriter(std::string& out, WallTime now, std::chrono::days keep_retired)
        : writer_(out), now_(now), keep_retired_(keep_retired) {}

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
            writer_.key("keys").integer(static_cast<std::int64_t>(key.keys));
            if (key.state == KeyState::retired) {
                writer_.key("firstDestroyed").string(to_instant(key.first_retired + keep_retired_));
                writer_.key("lastDestroyed").string(to_instant(key.last_retired + keep_retired_));
            }
            writer_.end_object();
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
    std::chrono::days keep_retired_;
};

Result<keys::OrderRequest> read_order(KeysDesk const& desk, json::Value root,
                                      keys::RotationKind kind) {
    keys::OrderRequest order{.kind = kind,
                             .before = desk.now() + 1,
                             .instance = desk.instance(),
                             .custodian = {},
                             .signature = {}};
    auto const name = root.text_member("custodian");
    if (!name) return order;
    auto const before = root.member("before");
    std::int64_t const seconds =
        before && before->is_number() ? before->integer().value_or(-1) : -1;
    auto signature = from_base64url(root.text_member("signature").value_or(""));
    if (!keys::is_custodian_name(*name) || seconds < 0 || !signature) {
        return fail(Errc::invalid, "a signed order has custodian, before and signature");
    }
    order.custodian = keys::CustodianName(*name);
    order.before = seconds;
    order.signature = *std::move(signature);
    return order;
}

// KEY-1: who may order it is the custodians' to say, once there are any.
Result<void> order(KeysDesk const& desk, keys::OrderRequest const& request,
                   request::Exchange& exchange) {
    exchange.facts.key_operation = audit::KeyOperation{
        .operation = keys::name_of(request.kind),
        .proposal = request.signature.empty()
                        ? std::string()
                        : to_hex(crypto::sha256(bytes_of(keys::to_text(request)))),
        .proposer = audit::CustodianName(request.custodian.text()),
        .approvers = {},
        .voter = {},
        .decision = {}};
    SALUS_TRY(auto const custodians, stored_custodians(desk));
    SALUS_TRY(auto const judged,
              keys::RotationOrder::judge(request, custodians.set ? &*custodians.set : nullptr,
                                         desk.instance(), desk.now()));
    SALUS_TRY_VOID(desk.tenant.keyring.rotation().request(judged));
    return {};
}

}  // namespace

Result<request::Prepared> key_status(KeysDesk const& desk) {
    SALUS_TRY(auto const status, desk.tenant.keyring.rotation().status());
    std::string text;
    StatusWriter(text, desk.clock.now(), desk.keep_retired).write(status);
    request::Prepared prepared;
    prepared.headers.set("Content-Type", "application/json");
    prepared.content = request::PlainContent{std::move(text)};
    return prepared;
}

Result<request::Prepared> order_rotation(KeysDesk const& desk, request::Exchange& exchange) {
    constexpr Literal kForm = "the body is {\"rotate\": KIND} or {\"paused\": true or false}";
    auto const body = content_of(desk.parser, exchange);
    if (!body || !body->root().is_object()) return fail(Errc::invalid, kForm);
    auto const root = body->root();
    auto const rotate = root.text_member("rotate");
    auto const paused = root.member("paused");
    bool const pauses = paused && paused->is_boolean();
    if (rotate.has_value() == pauses) return fail(Errc::invalid, kForm);
    if (pauses) {
        SALUS_TRY_VOID(desk.tenant.keyring.rotation().set_paused(paused->boolean()));
        return key_status(desk);
    }
    auto const kind = keys::rotation_kind_of(*rotate);
    if (!kind) {
        return fail(Errc::invalid, "KIND is shard, data, index, signing, cursor or detail");
    }
    SALUS_TRY(auto const request, read_order(desk, root, *kind));
    SALUS_TRY_VOID(order(desk, request, exchange));
    return key_status(desk);
}

}  // namespace salus::admin
