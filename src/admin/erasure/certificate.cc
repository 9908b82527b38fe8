#include "admin/erasure/certificate.h"

#include "json/canonical.h"
#include "json/writer.h"

namespace salus::admin {
namespace {

// What it takes besides, and nobody but the operator can do.
constexpr std::string_view kNotCovered =
    "copies of the key management service or of its key-encryption keys that the operator or the "
    "service keep elsewhere, with copies of the key store from before; what left the system before";

void write_numbers(json::Writer& writer, std::string_view name,
                   std::vector<std::uint32_t> const& numbers) {
    writer.key(name).begin_array();
    for (auto const each : numbers) writer.integer(each);
    writer.end_array();
}

void write_approval(json::Writer& writer, keys::ProposalRecord const& approved) {
    writer.key("approval").begin_object().key("ballots").begin_array();
    for (auto const& each : approved.ballots) {
        writer.begin_object().key("ballot").raw(to_json(each.ballot));
        writer.key("received").integer(each.received).end_object();
    }
    writer.end_array().key("custodians").string(approved.custodians);
    writer.key("proposal").string(approved.text);
    writer.key("signature").string(to_base64url(approved.signature)).end_object();
}

void write_record(json::Writer& writer, audit::InclusionProof const& recorded) {
    writer.key("audit").begin_object();
    writer.key("index").integer(static_cast<std::int64_t>(recorded.index));
    writer.key("leaf").string(to_base64(bytes_of(recorded.leaf)));
    writer.key("proof").begin_array();
    for (auto const& node : recorded.nodes) writer.string(to_base64(node));
    writer.end_array().key("root").string(to_base64(recorded.root));
    writer.key("size").integer(static_cast<std::int64_t>(recorded.size)).end_object();
}

}  // namespace

Result<std::string> certify(Destruction const& destruction, keys::ProposalRecord const& approved,
                            audit::InclusionProof const& recorded, crypto::SigningKey const& key) {
    std::string statement;
    json::Writer writer(statement);
    writer.begin_object();
    write_approval(writer, approved);
    write_record(writer, recorded);
    writer.key("begun").integer(destruction.keys.begun);
    writer.key("finished").integer(destruction.finished);
    writer.key("instance").string(destruction.instance);
    write_numbers(writer, "key_encryption_keys", destruction.keys.kek_epochs);
    writer.key("not_covered").string(kNotCovered);
    writer.key("patient").string(destruction.patient.hex());
    write_numbers(writer, "patient_keys", destruction.keys.data_keys);
    writer.key("shard").integer(destruction.shard);
    write_numbers(writer, "shard_keys", destruction.keys.shard_epochs);
    writer.key("v").integer(1).end_object();

    Bytes message;
    append(message, bytes_of("salus-certificate-v1"));
    append(message, crypto::sha256(bytes_of(statement)));
    std::string certificate;
    json::Writer outer(certificate);
    outer.begin_object().key("key").string(to_base64(key.verifying_key().spki()));
    outer.key("signature").string(to_base64url(key.sign(message)));
    outer.key("statement").string(statement).end_object();
    return certificate;
}

}  // namespace salus::admin
