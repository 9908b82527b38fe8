#include "keys/dual_control/rotation_order.h"

#include "json/writer.h"

namespace salus::keys {
namespace {

constexpr std::string_view kDomain = "salus-rotation-v1";

Result<void> check_signature(OrderRequest const& request, CustodianSet const& custodians) {
    if (request.custodian.text().empty()) {
        return fail(Errc::forbidden,
                    "there are custodians: a rotation is ordered by one whose role is rotate");
    }
    auto const* const person = custodians.find(request.custodian);
    if (person == nullptr) return fail(Errc::forbidden, "there is no such custodian");
    if (person->role != Role::rotate) {
        return fail(Errc::forbidden, "the custodian's role is not rotate");
    }
    if (!person->key.verify(signature_algorithm(person->key), order_message(request),
                            request.signature)) {
        return fail(Errc::forbidden, "the order is not signed by this custodian");
    }
    return {};
}

}  // namespace

std::string to_text(OrderRequest const& request) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("before").integer(request.before);
    writer.key("custodian").string(request.custodian.text());
    writer.key("instance").string(request.instance);
    writer.key("rotate").string(name_of(request.kind).text());
    writer.key("v").integer(1).end_object();
    return text;
}

Bytes order_message(OrderRequest const& request) {
    Bytes message;
    append(message, bytes_of(kDomain));
    append(message, crypto::sha256(bytes_of(to_text(request))));
    return message;
}

Result<RotationOrder> RotationOrder::judge(OrderRequest const& request,
                                           CustodianSet const* custodians,
                                           std::string_view instance, std::int64_t now) {
    if (request.kind == RotationKind::kek) {
        return fail(Errc::forbidden,
                    "the root is replaced by what several people decide: rotate-root is proposed");
    }
    if (request.instance != instance) {
        return fail(Errc::forbidden, "the order is for another instance");
    }
    if (request.before < now - kOrderAgeMost || request.before > now + kOrderAheadMost) {
        return fail(Errc::invalid, "the order is of another time than now");
    }
    if (custodians != nullptr) SALUS_TRY_VOID(check_signature(request, *custodians));
    return RotationOrder(request.kind, WallTime(std::chrono::seconds(request.before)));
}

}  // namespace salus::keys
