-- A ledger as the first version of its format wrote it, with its chain; `tests/faults/test_ledger_upgrade.py` opens it.
PRAGMA application_id = 1886611564;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE account (
        holder TEXT NOT NULL REFERENCES holder (holder), purpose TEXT NOT NULL CHECK (typeof(purpose) = 'text'),
        cap_micro INTEGER NOT NULL CHECK (typeof(cap_micro) = 'integer' AND cap_micro BETWEEN 0 AND 9007199254740991),
        cap_delta_e15 INTEGER NOT NULL
            CHECK (typeof(cap_delta_e15) = 'integer' AND cap_delta_e15 BETWEEN 0 AND 1000000000000000),
        PRIMARY KEY (holder, purpose));
INSERT INTO "account" VALUES('bank','research',1000000,1000000);
INSERT INTO "account" VALUES('city','research',90000,0);
INSERT INTO "account" VALUES('bank','audit',50000,0);
CREATE TABLE chain (
        entry INTEGER NOT NULL PRIMARY KEY, body TEXT NOT NULL CHECK (typeof(body) = 'text'),
        hash TEXT NOT NULL CHECK (typeof(hash) = 'text' AND length(hash) = 64));
INSERT INTO "chain" VALUES(1,'{"cap_delta_e15":1000000,"cap_micro":1000000,"entry":1,"holder":"bank","kind":"declare","previous":"0000000000000000000000000000000000000000000000000000000000000000","purpose":"research","run":"c0a52fb1a1e02957addd988d42d72fc4","snapshot_key_sha256":"be5151b7522d326f4a7b8754f7144d1af436a8a085da3dd20396bb1dc1d5f57c"}','86a8aa762bf77b5fc9caf87f06c4d3c0e39bf8c1e6e824e628a761353c847389');
INSERT INTO "chain" VALUES(2,'{"cap_delta_e15":0,"cap_micro":300000,"entry":2,"holder":"city","kind":"declare","previous":"86a8aa762bf77b5fc9caf87f06c4d3c0e39bf8c1e6e824e628a761353c847389","purpose":"research","run":"c0a52fb1a1e02957addd988d42d72fc4","snapshot_key_sha256":"c101436e6c165033a11e7fdaa95626424751ea55edb11187727e0ca7eba84ed0"}','124df54609af8e6a112dbccabb428369b57b458c287fba1c3bb35480fc85bc7a');
INSERT INTO "chain" VALUES(3,'{"cap_delta_e15":0,"cap_micro":50000,"entry":3,"holder":"bank","kind":"declare","previous":"124df54609af8e6a112dbccabb428369b57b458c287fba1c3bb35480fc85bc7a","purpose":"audit","run":"c0a52fb1a1e02957addd988d42d72fc4","snapshot_key_sha256":"be5151b7522d326f4a7b8754f7144d1af436a8a085da3dd20396bb1dc1d5f57c"}','7bf06f05b3d11062419c389dfe8daeaccb70c15e1c6b5f3f2639214df1b02d07');
INSERT INTO "chain" VALUES(4,'{"entry":4,"kind":"reserve","previous":"7bf06f05b3d11062419c389dfe8daeaccb70c15e1c6b5f3f2639214df1b02d07","requests":[{"question":"q1","request":"0000000000000000000000000000000000000000000000000000000000000001","spends":[{"delta_e15":7,"holder":"bank","micro_epsilon":100000,"purpose":"research"},{"delta_e15":0,"holder":"city","micro_epsilon":100000,"purpose":"research"}]},{"question":"q2","request":"0000000000000000000000000000000000000000000000000000000000000002","spends":[{"delta_e15":0,"holder":"bank","micro_epsilon":1,"purpose":"research"}]}],"run":"c0a52fb1a1e02957addd988d42d72fc4"}','d483590f6a8a6f28e89b6e2e9b873b813259b085a9cc357dea9c99bf103ec015');
INSERT INTO "chain" VALUES(5,'{"entry":5,"kind":"begin","previous":"d483590f6a8a6f28e89b6e2e9b873b813259b085a9cc357dea9c99bf103ec015","request":"0000000000000000000000000000000000000000000000000000000000000001","run":"c0a52fb1a1e02957addd988d42d72fc4"}','1b7c826025c8e7b2c4c6e44d144aaca426b30ab28a32194c6fc35d210b9ed905');
INSERT INTO "chain" VALUES(6,'{"document_sha256":"994c808fb910a3a96bdec53eab1a54beb2218a34557eb363f1959821d3a8e77e","entry":6,"kind":"complete","previous":"1b7c826025c8e7b2c4c6e44d144aaca426b30ab28a32194c6fc35d210b9ed905","request":"0000000000000000000000000000000000000000000000000000000000000001","run":"c0a52fb1a1e02957addd988d42d72fc4"}','6c9dd3aac7fbb3c8b3552b9627a1dee0e35aa24e993a8253a9974b7d6cbda2a3');
INSERT INTO "chain" VALUES(7,'{"entry":7,"kind":"begin","previous":"6c9dd3aac7fbb3c8b3552b9627a1dee0e35aa24e993a8253a9974b7d6cbda2a3","request":"0000000000000000000000000000000000000000000000000000000000000002","run":"c0a52fb1a1e02957addd988d42d72fc4"}','df3d0afacfd4f35ca8742e65b2d5098a6e9218d26b6964f9eb82ab5b6f62395c');
INSERT INTO "chain" VALUES(8,'{"entry":8,"kind":"reserve","previous":"df3d0afacfd4f35ca8742e65b2d5098a6e9218d26b6964f9eb82ab5b6f62395c","requests":[{"question":"q3","request":"0000000000000000000000000000000000000000000000000000000000000003","spends":[{"delta_e15":0,"holder":"bank","micro_epsilon":2,"purpose":"research"}]}],"run":"c0a52fb1a1e02957addd988d42d72fc4"}','71bc9371b8bcff956d71a64030aad590ffd3ffe6e300d5d4665b8326dc4b261e');
INSERT INTO "chain" VALUES(9,'{"clause":"account:city/research","entry":9,"kind":"refusal","previous":"71bc9371b8bcff956d71a64030aad590ffd3ffe6e300d5d4665b8326dc4b261e","question":"q4","refused":"BudgetExhausted","run":"c0a52fb1a1e02957addd988d42d72fc4"}','732eb0a3e95c85503bf6b8f4dc88bf061e08f09ef412d86eb8c116058061f114');
INSERT INTO "chain" VALUES(10,'{"cap_delta_e15":0,"cap_micro":90000,"entry":10,"holder":"city","kind":"declare","previous":"732eb0a3e95c85503bf6b8f4dc88bf061e08f09ef412d86eb8c116058061f114","purpose":"research","run":"c0a52fb1a1e02957addd988d42d72fc4","snapshot_key_sha256":"c101436e6c165033a11e7fdaa95626424751ea55edb11187727e0ca7eba84ed0"}','5a8fa123245b3f610da9d6c0ee7e63a5276907feb297780035aa4eaf8e9d3a34');
CREATE TABLE holder (
        holder TEXT NOT NULL PRIMARY KEY CHECK (typeof(holder) = 'text'),
        snapshot_key BLOB NOT NULL CHECK (typeof(snapshot_key) = 'blob' AND length(snapshot_key) = 32));
INSERT INTO "holder" VALUES('bank',X'FA39AEB641F7000D87E51FA47EFFACF9248DDD188728A84CD635C5380A97F2AE');
INSERT INTO "holder" VALUES('city',X'B1F6B1B09F4DDDF941F620591FB44305463F9BE99EA6306775227463CF789405');
CREATE TABLE request (
        request TEXT NOT NULL PRIMARY KEY CHECK (typeof(request) = 'text' AND length(request) = 64),
        question TEXT NOT NULL CHECK (typeof(question) = 'text'),
        state TEXT NOT NULL CHECK (state IN ('reserved', 'drawing', 'released')),
        run TEXT NOT NULL CHECK ((state = 'reserved') = (run = '')),
        document BLOB CHECK (typeof(document) = CASE state WHEN 'released' THEN 'blob' ELSE 'null' END));
INSERT INTO "request" VALUES('0000000000000000000000000000000000000000000000000000000000000001','q1','released','c0a52fb1a1e02957addd988d42d72fc4',X'7B2272656C6561736564223A2231227D');
INSERT INTO "request" VALUES('0000000000000000000000000000000000000000000000000000000000000002','q2','drawing','c0a52fb1a1e02957addd988d42d72fc4',NULL);
INSERT INTO "request" VALUES('0000000000000000000000000000000000000000000000000000000000000003','q3','reserved','',NULL);
CREATE TABLE spend (
        request TEXT NOT NULL REFERENCES request (request), holder TEXT NOT NULL, purpose TEXT NOT NULL,
        micro_epsilon INTEGER NOT NULL
            CHECK (typeof(micro_epsilon) = 'integer' AND micro_epsilon BETWEEN 1 AND 9007199254740991),
        delta_e15 INTEGER NOT NULL
            CHECK (typeof(delta_e15) = 'integer' AND delta_e15 BETWEEN 0 AND 1000000000000000),
        PRIMARY KEY (request, holder), FOREIGN KEY (holder, purpose) REFERENCES account (holder, purpose));
INSERT INTO "spend" VALUES('0000000000000000000000000000000000000000000000000000000000000001','bank','research',100000,7);
INSERT INTO "spend" VALUES('0000000000000000000000000000000000000000000000000000000000000001','city','research',100000,0);
INSERT INTO "spend" VALUES('0000000000000000000000000000000000000000000000000000000000000002','bank','research',1,0);
INSERT INTO "spend" VALUES('0000000000000000000000000000000000000000000000000000000000000003','bank','research',2,0);
CREATE INDEX spend_by_account ON spend (holder, purpose);
CREATE TRIGGER holder_stays BEFORE DELETE ON holder BEGIN SELECT RAISE(ABORT, 'a holder entry is never deleted'); END;
CREATE TRIGGER account_stays BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'a account entry is never deleted'); END;
CREATE TRIGGER request_stays BEFORE DELETE ON request BEGIN SELECT RAISE(ABORT, 'a request entry is never deleted'); END;
CREATE TRIGGER spend_stays BEFORE DELETE ON spend BEGIN SELECT RAISE(ABORT, 'a spend entry is never deleted'); END;
CREATE TRIGGER chain_stays BEFORE DELETE ON chain BEGIN SELECT RAISE(ABORT, 'a chain entry is never deleted'); END;
CREATE TRIGGER holder_is_final BEFORE UPDATE ON holder BEGIN SELECT RAISE(ABORT, 'a holder entry is never changed'); END;
CREATE TRIGGER spend_is_final BEFORE UPDATE ON spend BEGIN SELECT RAISE(ABORT, 'a spend entry is never changed'); END;
CREATE TRIGGER chain_is_final BEFORE UPDATE ON chain BEGIN SELECT RAISE(ABORT, 'a chain entry is never changed'); END;
CREATE TRIGGER holder_once BEFORE INSERT ON holder WHEN EXISTS (SELECT 1 FROM holder WHERE holder = NEW.holder) BEGIN SELECT RAISE(ABORT, 'a holder keeps its snapshot key'); END;
CREATE TRIGGER account_keeps_its_name BEFORE UPDATE ON account WHEN NEW.holder IS NOT OLD.holder OR NEW.purpose IS NOT OLD.purpose BEGIN SELECT RAISE(ABORT, 'an account keeps its holder and purpose'); END;
CREATE TRIGGER account_once BEFORE INSERT ON account WHEN EXISTS (SELECT 1 FROM account WHERE holder = NEW.holder AND purpose = NEW.purpose) BEGIN SELECT RAISE(ABORT, 'an account is opened once'); END;
CREATE TRIGGER request_once BEFORE INSERT ON request WHEN NEW.state <> 'reserved' OR EXISTS (SELECT 1 FROM request WHERE request = NEW.request) BEGIN SELECT RAISE(ABORT, 'a request is filed once, as reserved'); END;
CREATE TRIGGER request_goes_forward BEFORE UPDATE ON request WHEN NEW.request IS NOT OLD.request OR NEW.question IS NOT OLD.question OR NOT ((OLD.state = 'reserved' AND NEW.state = 'drawing') OR (OLD.state = 'drawing' AND NEW.state = 'released' AND NEW.run IS OLD.run)) BEGIN SELECT RAISE(ABORT, 'a request goes from reserved to drawing to released, within one run'); END;
CREATE TRIGGER spend_within_cap BEFORE INSERT ON spend WHEN EXISTS (SELECT 1 FROM spend WHERE request = NEW.request AND holder = NEW.holder) OR (NEW.micro_epsilon > 0 AND NEW.micro_epsilon + (SELECT coalesce(sum(micro_epsilon), 0) FROM spend WHERE holder = NEW.holder AND purpose = NEW.purpose) > coalesce((SELECT cap_micro FROM account WHERE holder = NEW.holder AND purpose = NEW.purpose), -1)) OR (NEW.delta_e15 > 0 AND NEW.delta_e15 + (SELECT coalesce(sum(delta_e15), 0) FROM spend WHERE holder = NEW.holder AND purpose = NEW.purpose) > coalesce((SELECT cap_delta_e15 FROM account WHERE holder = NEW.holder AND purpose = NEW.purpose), -1)) BEGIN SELECT RAISE(ABORT, 'a spend is debited once and within the cap'); END;
CREATE TRIGGER chain_has_no_gap BEFORE INSERT ON chain WHEN NEW.entry IS NOT (SELECT coalesce(max(entry), 0) + 1 FROM chain) BEGIN SELECT RAISE(ABORT, 'a chain entry has the next number'); END;
COMMIT;
