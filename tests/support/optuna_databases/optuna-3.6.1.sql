BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('v3.2.0.a');
CREATE TABLE studies (
	study_id INTEGER NOT NULL, 
	study_name VARCHAR(512) NOT NULL, 
	PRIMARY KEY (study_id)
);
INSERT INTO "studies" VALUES(1,'squares');
INSERT INTO "studies" VALUES(2,'pair');
CREATE TABLE study_directions (
	study_direction_id INTEGER NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	study_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	PRIMARY KEY (study_direction_id), 
	UNIQUE (study_id, objective), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_directions" VALUES(1,'MINIMIZE',1,0);
INSERT INTO "study_directions" VALUES(2,'MINIMIZE',2,0);
INSERT INTO "study_directions" VALUES(3,'MAXIMIZE',2,1);
CREATE TABLE study_system_attributes (
	study_system_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_system_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE study_user_attributes (
	study_user_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_user_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_user_attributes" VALUES(1,1,'by','"anybody"');
CREATE TABLE trial_heartbeats (
	trial_heartbeat_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	heartbeat DATETIME NOT NULL, 
	PRIMARY KEY (trial_heartbeat_id), 
	UNIQUE (trial_id), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_intermediate_values (
	trial_intermediate_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	intermediate_value FLOAT, 
	intermediate_value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_intermediate_value_id), 
	UNIQUE (trial_id, step), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_intermediate_values" VALUES(1,1,0,3.24360846089798027236e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(2,1,1,2.74360846089798027236e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(3,1,2,2.57694179423131375372e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(4,2,0,1.03084530422001634524e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(5,2,1,9.30845304220016345198e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(6,2,2,8.97511970886683,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(7,3,0,8.6911180200172,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(8,3,1,8.1911180200172,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(9,3,2,8.02445135335053372216e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(10,4,0,1.39709326784418905729e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(11,4,1,1.19709326784418905735e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(12,4,2,1.13042660117752244983e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(13,5,0,2.58340675522823071119e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(14,5,1,2.08340675522823071119e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(15,5,2,1.91674008856156397051e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(16,6,0,1.10751690706105243577e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(17,6,1,9.07516907061052435778e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(18,6,2,8.40850240394385828324e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(19,7,0,5.01556818777118351704e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(20,7,1,3.01556818777118307295e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(21,7,2,2.34890152110451655431e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(22,8,0,2.54121913387852726984e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(23,8,1,1.54121913387852726984e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(24,8,2,1.20788580054519401052e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(25,9,0,1.33672960027389251533e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(26,9,1,1.18672960027389251536e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(27,9,2,1.1367296002738925154e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(28,10,0,1.11112853090520307124e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(29,10,1,1.06112853090520307117e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(30,10,2,1.04446186423853646372e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(31,11,0,2.3604911676845987678e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(32,11,1,1.8604911676845987678e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(33,11,2,1.69382450101793202712e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(34,12,0,2.18435460540968096054e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(35,12,1,1.1843546054096807385e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(36,12,2,8.51021272076347368162e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(37,13,0,2.63331224690930865151e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(38,13,1,1.63331224690930865151e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(39,13,2,1.29997891357597517014e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(40,14,0,2.29620484251706447054e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(41,14,1,1.29620484251706424849e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(42,14,2,9.62871509183730878156e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(43,15,0,3.81363691512307401154e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(44,15,1,2.81363691512307401154e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(45,15,2,2.48030358178974053018e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(46,16,0,3.02532858585478736657e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(47,16,1,1.52532858585478736657e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(48,17,0,3.80259196957602041422e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(49,17,1,2.30259196957602041422e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(50,17,2,1.80259196957602041422e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(51,18,0,3.68576632184933705715e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(52,18,1,2.68576632184933705715e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(53,18,2,2.35243298851600357579e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(54,19,0,9.07867691022465805872e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(55,19,1,8.07867691022465805872e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(56,19,2,7.74534357689132590962e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(57,20,0,3.66362802610198556862e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(58,20,1,2.16362802610198556862e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(59,20,2,1.66362802610198556862e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(60,21,0,2.58502906006778587766e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(61,21,1,1.5850290600677860997e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(62,22,0,7.31927878195341,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(63,22,1,5.81927878195341,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(64,22,2,5.31927878195341,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(65,23,0,2.73708041288576886529e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(66,23,1,1.73708041288576886529e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(67,23,2,1.40374707955243560597e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(68,24,0,3.88377351051524399849e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(69,24,1,2.88377351051524399849e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(70,24,2,2.55044017718191051713e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(71,25,0,2.10081831504871,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(72,25,1,1.10081831504871030524e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(73,25,2,7.67484981715376934907e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(74,26,0,2.06935384340869754637e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(75,26,1,1.06935384340869754637e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(76,27,0,3.05981237011167905848e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(77,27,1,1.55981237011167928052e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(78,27,2,1.05981237011167928052e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(79,28,0,2.17588876726059243793e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(80,28,1,1.17588876726059243793e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(81,28,2,0.842555433927259,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(82,29,0,2.46460700901103635374e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(83,29,1,1.96460700901103635374e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(84,29,2,1.79794034234436961305e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(85,30,0,4.2375925794660229684e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(86,30,1,3.23759257946602252431e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(87,30,2,2.90425924613268904295e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(88,31,0,2.28949341734694566952e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(89,31,1,1.78949341734694544747e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(90,32,0,3.76531942221578175278e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(91,32,1,2.26531942221578175278e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(92,32,2,1.76531942221578175278e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(93,33,0,2.66200663086952893365e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(94,33,1,1.66200663086952893365e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(95,33,2,1.32867329753619567433e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(96,34,0,2.18857959715798333633e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(97,34,1,1.18857959715798333633e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(98,34,2,0.85524626382465,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(99,35,0,3.92157007756983055912e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(100,35,1,2.92157007756983055912e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(101,35,2,2.58823674423649707776e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(102,36,0,2.21530149496164741051e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(103,36,1,1.21530149496164763256e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(104,37,0,1.00376472350111511921e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(105,37,1,0.503764723501115,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(106,37,2,3.37098056834448378538e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(107,38,0,1.0047102028015608699e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(108,38,1,0.504710202801561,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(109,38,2,3.38043536134894295752e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(110,39,0,1.00033996912510780852e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(111,39,1,5.003399691251076975e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(112,39,2,0.333673302458441,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(113,40,0,2.98673081618354974153e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(114,40,1,2.48673081618354974153e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(115,40,2,2.32006414951688277881e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(116,41,0,1.01170331567581639475e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(117,41,1,5.11703315675816394758e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(118,42,0,1.55057446328787351674e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(119,42,1,1.05057446328787351674e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(120,42,2,8.83907796621206776066e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(121,43,0,1.00812930515996646008e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(122,43,1,5.08129305159966571103e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(123,43,2,3.41462638493299885933e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(124,44,0,1.00504883618000206979e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(125,44,1,5.05048836180002069795e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(126,44,2,3.38382169513335440136e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(127,45,0,1.00671939557772249784e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(128,45,1,5.06719395577722497847e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(129,45,2,3.40052728911055757166e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(130,46,0,2.40871745981513729617e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(131,46,1,1.90871745981513707413e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(132,47,0,1.21291075996961850158e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(133,47,1,7.12910759969618501585e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(134,47,2,5.46244093302951871926e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(135,48,0,1.00509062052495101724e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(136,48,1,5.05090620524951128267e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(137,48,2,3.38423953858284387585e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(138,49,0,1.00448776210181378587e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(139,49,1,5.04487762101813785875e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(140,49,2,3.37821095435147100705e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(141,50,0,1.12619005970257024529e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(142,50,1,6.2619005970257013427e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(143,50,2,4.5952339303590350461e-01,'FINITE');
CREATE TABLE trial_params (
	param_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	param_name VARCHAR(512), 
	param_value FLOAT, 
	distribution_json TEXT, 
	PRIMARY KEY (param_id), 
	UNIQUE (trial_id, param_name), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_params" VALUES(1,1,'x',-4.9786797178455621804e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(2,1,'rate',1.44868338872393507404e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(3,1,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(4,1,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(5,2,'x',-1.88243873173397457954e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(6,2,'rate',1.08813350036358891248e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(7,2,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(8,2,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(9,3,'x',-1.77328650161089540482e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(10,3,'rate',4.30876004783913163498e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(11,3,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(12,3,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(13,4,'x',-2.15767836842859761503e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(14,4,'rate',3.92920300262394970453e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(15,4,'layers',4.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(16,4,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(17,5,'x',2.25833491377622941342e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(18,5,'rate',4.82858621855446618065e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(19,5,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(20,5,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(21,6,'x',-2.4099189970016992035e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(22,6,'rate',1.8336771578903641143e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(23,6,'layers',4.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(24,6,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(25,6,'shift',0.75,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(26,7,'x',2.00775403138423769178e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(27,7,'rate',1.13465761470066077692e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(28,7,'layers',4.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(29,7,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(30,8,'x',1.73567597070893064881e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(31,8,'rate',2.04022478776179041126e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(32,8,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(33,8,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(34,9,'x',-2.21982856729033395382e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(35,9,'rate',1.14314382205487802854e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(36,9,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(37,9,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(38,10,'x',-2.67982472929751747159e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(39,10,'rate',0.00527658351694985,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(40,10,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(41,10,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(42,10,'shift',0.5,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(43,11,'x',1.16640094636647084769e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(44,11,'rate',1.74798543099119745199e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(45,11,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(46,11,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(47,11,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(48,12,'x',4.29365351897053715291e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(49,12,'rate',7.00501997337821084854e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(50,12,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(51,12,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(52,12,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(53,13,'x',7.9580917744727508456e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(54,13,'rate',5.80465796748893918255e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(55,13,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(56,13,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(57,13,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(58,14,'x',5.44247041808280540564e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(59,14,'rate',7.32945977478465047344e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(60,14,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(61,14,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(62,14,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(63,15,'x',-3.46713375267014067837e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(64,15,'rate',1.45212483961090418893e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(65,15,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(66,15,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(67,15,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(68,16,'x',6.59149570702491804929e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(69,16,'rate',1.42858879641927366543e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(70,16,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(71,16,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(72,16,'shift',0.5,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(73,17,'x',-0.895874974299439,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(74,17,'rate',4.65033102867119796375e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(75,17,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(76,17,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(77,17,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(78,18,'x',1.54837064116889888687e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(79,18,'rate',8.81498822053744801596e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(80,18,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(81,18,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(82,18,'shift',0.75,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(83,19,'x',2.91057830371982451111e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(84,19,'rate',8.43248180250972352231e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(85,19,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(86,19,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(87,19,'shift',0.75,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(88,20,'x',1.85366323982377123602e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(89,20,'rate',8.48647891030278843371e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(90,20,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(91,20,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(92,20,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(93,21,'x',2.35128076036395378123e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(94,21,'rate',2.53452690689491867692e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(95,21,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(96,21,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(97,22,'x',-1.32828746374350492587e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(98,22,'rate',3.43738226550187797245e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(99,22,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(100,22,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(101,22,'shift',0.25,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(102,23,'x',8.58533874046778056055e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(103,23,'rate',2.98139103225522053217e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(104,23,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(105,23,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(106,23,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(107,24,'x',1.37250628796929130537e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(108,24,'rate',8.02478151851680580886e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(109,24,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(110,24,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(111,24,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(112,25,'x',5.6751899950823447849e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(113,25,'rate',3.34025988212394327192e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(114,25,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(115,25,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(116,25,'shift',0.75,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(117,26,'x',-1.33511788633144390381e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(118,26,'rate',2.75569218951417097343e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(119,26,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(120,26,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(121,26,'shift',0.75,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(122,27,'x',4.9456567647909882579e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(123,27,'rate',2.27205988767722917576e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(124,27,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(125,27,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(126,27,'shift',0.75,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(127,28,'x',-4.19390947995533558412e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(128,28,'rate',3.42298226259264270349e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(129,28,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(130,28,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(131,28,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(132,29,'x',-9.60209489721112863236e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(133,29,'rate',8.72949764010367266521e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(134,29,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(135,29,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(136,29,'shift',0.75,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(137,30,'x',-4.95858475747629812158e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(138,30,'rate',1.91810050373256700019e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(139,30,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(140,30,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(141,31,'x',-1.35558636683700828307e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(142,31,'rate',3.69845465859194909644e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(143,31,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(144,31,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(145,32,'x',1.87482536669656640881e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(146,32,'rate',1.20337904803800438413e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(147,32,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(148,32,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(149,33,'x',-8.13637899110856932516e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(150,33,'rate',8.13038521173591217927e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(151,33,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(152,33,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(153,33,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(154,34,'x',4.34257524008488882127e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(155,34,'rate',3.09618391104413961598e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(156,34,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(157,34,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(158,34,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(159,35,'x',-1.3862070832201913717e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(160,35,'rate',1.30956582561308132114e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(161,35,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(162,35,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(163,35,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(164,36,'x',-2.14005921257097275756e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(165,36,'rate',3.41421831353929706998e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(166,36,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(167,36,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(168,36,'shift',0.75,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(169,37,'x',1.06135734268296699767e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(170,37,'rate',4.7998428207205330034e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(171,37,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(172,37,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(173,38,'x',1.06863091724260250714e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(174,38,'rate',4.65298974608404399943e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(175,38,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(176,38,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(177,39,'x',1.0184382516825136733e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(178,39,'rate',5.80486177032301102658e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(179,39,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(180,39,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(181,40,'x',2.40951439020094770881e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(182,40,'rate',4.24060617738101098411e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(183,40,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(184,40,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(185,41,'x',1.10818186389509287792e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(186,41,'rate',1.83678149034406586496e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(187,41,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(188,41,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(189,42,'x',1.74200705069956951476e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(190,42,'rate',5.82751699057115313089e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(191,42,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(192,42,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(193,43,'x',1.09016265945482393462e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(194,43,'rate',2.27576541744309952461e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(195,43,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(196,43,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(197,44,'x',1.0710551629369893245e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(198,44,'rate',2.28743921797486488099e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(199,44,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(200,44,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(201,45,'x',1.08197191944637172156e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(202,45,'rate',2.2077231137987540885e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(203,45,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(204,45,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(205,46,'x',2.18689403900059131657e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(206,46,'rate',1.88877324333858789004e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(207,46,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(208,46,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(209,47,'x',1.46142253951190825844e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(210,47,'rate',2.78136211057571818353e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(211,47,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(212,47,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(213,48,'x',9.28651415396301804783e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(214,48,'rate',5.47790693851986213759e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(215,48,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(216,48,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(217,49,'x',9.3300923868313034859e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(218,49,'rate',5.58016628292156736945e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(219,49,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(220,49,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(221,50,'x',1.35523240238267983492e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(222,50,'rate',1.43673041554013083704e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(223,50,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(224,50,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(225,53,'x',0.834044009405148,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(226,54,'x',1.44064898688431619611e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(227,55,'x',2.28749634689773273521e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(228,56,'x',6.04665145263679537634e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(229,57,'x',2.93511781634226087689e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(230,58,'x',1.84677189537595598523e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(231,59,'x',3.72520422755341806819e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(232,60,'x',6.91121454086095488023e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(233,61,'x',7.93534948461339872949e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(234,62,'x',1.07763346800671389047e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
CREATE TABLE trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_system_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_system_attributes" VALUES(1,52,'fixed_params','{"x": 1.0}');
CREATE TABLE trial_user_attributes (
	trial_user_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_user_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_user_attributes" VALUES(1,1,'size','10');
INSERT INTO "trial_user_attributes" VALUES(2,1,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(3,2,'size','20');
INSERT INTO "trial_user_attributes" VALUES(4,2,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(5,3,'size','10');
INSERT INTO "trial_user_attributes" VALUES(6,3,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(7,4,'size','40');
INSERT INTO "trial_user_attributes" VALUES(8,4,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(9,5,'size','10');
INSERT INTO "trial_user_attributes" VALUES(10,5,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(11,6,'size','40');
INSERT INTO "trial_user_attributes" VALUES(12,6,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(13,7,'size','40');
INSERT INTO "trial_user_attributes" VALUES(14,7,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(15,8,'size','20');
INSERT INTO "trial_user_attributes" VALUES(16,8,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(17,9,'size','30');
INSERT INTO "trial_user_attributes" VALUES(18,9,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(19,10,'size','10');
INSERT INTO "trial_user_attributes" VALUES(20,10,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(21,11,'size','10');
INSERT INTO "trial_user_attributes" VALUES(22,11,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(23,12,'size','20');
INSERT INTO "trial_user_attributes" VALUES(24,12,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(25,13,'size','20');
INSERT INTO "trial_user_attributes" VALUES(26,13,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(27,14,'size','20');
INSERT INTO "trial_user_attributes" VALUES(28,14,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(29,15,'size','20');
INSERT INTO "trial_user_attributes" VALUES(30,15,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(31,16,'size','30');
INSERT INTO "trial_user_attributes" VALUES(32,16,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(33,17,'size','30');
INSERT INTO "trial_user_attributes" VALUES(34,17,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(35,18,'size','20');
INSERT INTO "trial_user_attributes" VALUES(36,18,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(37,19,'size','20');
INSERT INTO "trial_user_attributes" VALUES(38,19,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(39,20,'size','30');
INSERT INTO "trial_user_attributes" VALUES(40,20,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(41,21,'size','20');
INSERT INTO "trial_user_attributes" VALUES(42,21,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(43,22,'size','30');
INSERT INTO "trial_user_attributes" VALUES(44,22,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(45,23,'size','20');
INSERT INTO "trial_user_attributes" VALUES(46,23,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(47,24,'size','20');
INSERT INTO "trial_user_attributes" VALUES(48,24,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(49,25,'size','20');
INSERT INTO "trial_user_attributes" VALUES(50,25,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(51,26,'size','20');
INSERT INTO "trial_user_attributes" VALUES(52,26,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(53,27,'size','30');
INSERT INTO "trial_user_attributes" VALUES(54,27,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(55,28,'size','20');
INSERT INTO "trial_user_attributes" VALUES(56,28,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(57,29,'size','10');
INSERT INTO "trial_user_attributes" VALUES(58,29,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(59,30,'size','20');
INSERT INTO "trial_user_attributes" VALUES(60,30,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(61,31,'size','10');
INSERT INTO "trial_user_attributes" VALUES(62,31,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(63,32,'size','30');
INSERT INTO "trial_user_attributes" VALUES(64,32,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(65,33,'size','20');
INSERT INTO "trial_user_attributes" VALUES(66,33,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(67,34,'size','20');
INSERT INTO "trial_user_attributes" VALUES(68,34,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(69,35,'size','20');
INSERT INTO "trial_user_attributes" VALUES(70,35,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(71,36,'size','20');
INSERT INTO "trial_user_attributes" VALUES(72,36,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(73,37,'size','10');
INSERT INTO "trial_user_attributes" VALUES(74,37,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(75,38,'size','10');
INSERT INTO "trial_user_attributes" VALUES(76,38,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(77,39,'size','10');
INSERT INTO "trial_user_attributes" VALUES(78,39,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(79,40,'size','10');
INSERT INTO "trial_user_attributes" VALUES(80,40,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(81,41,'size','10');
INSERT INTO "trial_user_attributes" VALUES(82,41,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(83,42,'size','10');
INSERT INTO "trial_user_attributes" VALUES(84,42,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(85,43,'size','10');
INSERT INTO "trial_user_attributes" VALUES(86,43,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(87,44,'size','10');
INSERT INTO "trial_user_attributes" VALUES(88,44,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(89,45,'size','10');
INSERT INTO "trial_user_attributes" VALUES(90,45,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(91,46,'size','10');
INSERT INTO "trial_user_attributes" VALUES(92,46,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(93,47,'size','10');
INSERT INTO "trial_user_attributes" VALUES(94,47,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(95,48,'size','10');
INSERT INTO "trial_user_attributes" VALUES(96,48,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(97,49,'size','10');
INSERT INTO "trial_user_attributes" VALUES(98,49,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(99,50,'size','10');
INSERT INTO "trial_user_attributes" VALUES(100,50,'note','{"of": ["anything", 1.5, null]}');
CREATE TABLE trial_values (
	trial_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	value FLOAT, 
	value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_value_id), 
	UNIQUE (trial_id, objective), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_values" VALUES(1,1,0,2.59142862811855323457e+00,'FINITE');
INSERT INTO "trial_values" VALUES(2,2,0,8.97620784236719337911e+00,'FINITE');
INSERT INTO "trial_values" VALUES(3,3,0,8.06753895382892416421e+00,'FINITE');
INSERT INTO "trial_values" VALUES(4,4,0,1.13046589320754868883e+01,'FINITE');
INSERT INTO "trial_values" VALUES(5,5,0,1.96502595074710861844e+00,'FINITE');
INSERT INTO "trial_values" VALUES(6,6,0,8.41033608110174846217e+00,'FINITE');
INSERT INTO "trial_values" VALUES(7,7,0,2.34901498686598664278e+00,'FINITE');
INSERT INTO "trial_values" VALUES(8,9,0,1.1367410317121130703e+01,'FINITE');
INSERT INTO "trial_values" VALUES(9,10,0,1.04498952259023152326e+01,'FINITE');
INSERT INTO "trial_values" VALUES(10,11,0,1.69557248644892322175e+00,'FINITE');
INSERT INTO "trial_values" VALUES(11,12,0,8.58026292049725580746e-01,'FINITE');
INSERT INTO "trial_values" VALUES(12,13,0,1.30578357154346402779e+00,'FINITE');
INSERT INTO "trial_values" VALUES(13,14,0,9.70200968958515597151e-01,'FINITE');
INSERT INTO "trial_values" VALUES(14,15,0,2.49482483018584932921e+00,'FINITE');
INSERT INTO "trial_values" VALUES(15,16,0,1.52532858585478736657e+00,'FINITE');
INSERT INTO "trial_values" VALUES(16,17,0,1.8072423006046915983e+00,'FINITE');
INSERT INTO "trial_values" VALUES(17,18,0,2.44058287072137813922e+00,'FINITE');
INSERT INTO "trial_values" VALUES(18,19,0,7.74618682507157707561e+00,'FINITE');
INSERT INTO "trial_values" VALUES(19,20,0,1.67211450501228808818e+00,'FINITE');
INSERT INTO "trial_values" VALUES(20,21,0,1.5850290600677860997e+00,'FINITE');
INSERT INTO "trial_values" VALUES(21,22,0,5.31962252017996,'FINITE');
INSERT INTO "trial_values" VALUES(22,23,0,1.40672847058469097092e+00,'FINITE');
INSERT INTO "trial_values" VALUES(23,24,0,2.55846495870042733855e+00,'FINITE');
INSERT INTO "trial_values" VALUES(24,25,0,7.70825241597500876444e-01,'FINITE');
INSERT INTO "trial_values" VALUES(25,26,0,1.06935384340869754637e+00,'FINITE');
INSERT INTO "trial_values" VALUES(26,27,0,1.08253296898845152718e+00,'FINITE');
INSERT INTO "trial_values" VALUES(27,28,0,8.45978416189851589734e-01,'FINITE');
INSERT INTO "trial_values" VALUES(28,29,0,1.79881329210838,'FINITE');
INSERT INTO "trial_values" VALUES(29,30,0,2.90617734663642179882e+00,'FINITE');
INSERT INTO "trial_values" VALUES(30,31,0,1.78949341734694544747e+00,'FINITE');
INSERT INTO "trial_values" VALUES(31,32,0,1.77735321269616175499e+00,'FINITE');
INSERT INTO "trial_values" VALUES(32,33,0,1.33680368274793170968e+00,'FINITE');
INSERT INTO "trial_values" VALUES(33,34,0,8.58342447735694125121e-01,'FINITE');
INSERT INTO "trial_values" VALUES(34,35,0,2.58954631006211,'FINITE');
INSERT INTO "trial_values" VALUES(35,36,0,1.21530149496164763256e+00,'FINITE');
INSERT INTO "trial_values" VALUES(36,37,0,3.375780411165203998e-01,'FINITE');
INSERT INTO "trial_values" VALUES(37,38,0,3.38508835109502692617e-01,'FINITE');
INSERT INTO "trial_values" VALUES(38,39,0,3.34253788635473336743e-01,'FINITE');
INSERT INTO "trial_values" VALUES(39,40,0,2.32048821013462092111e+00,'FINITE');
INSERT INTO "trial_values" VALUES(40,41,0,5.11703315675816394758e-01,'FINITE');
INSERT INTO "trial_values" VALUES(41,42,0,8.84490548320263858528e-01,'FINITE');
INSERT INTO "trial_values" VALUES(42,43,0,3.41690215035044153601e-01,'FINITE');
INSERT INTO "trial_values" VALUES(43,44,0,3.38610913435132887538e-01,'FINITE');
INSERT INTO "trial_values" VALUES(44,45,0,3.40273501222435659219e-01,'FINITE');
INSERT INTO "trial_values" VALUES(45,46,0,1.90871745981513707413e+00,'FINITE');
INSERT INTO "trial_values" VALUES(46,47,0,5.46522229514009416639e-01,'FINITE');
INSERT INTO "trial_values" VALUES(47,48,0,3.3897174455213635591e-01,'FINITE');
INSERT INTO "trial_values" VALUES(48,49,0,3.38379112063439291269e-01,'FINITE');
INSERT INTO "trial_values" VALUES(49,50,0,4.59667066077457497907e-01,'FINITE');
INSERT INTO "trial_values" VALUES(50,53,0,6.95629409624614614138e-01,'FINITE');
INSERT INTO "trial_values" VALUES(51,53,1,-2.75413908143186045296e-02,'FINITE');
INSERT INTO "trial_values" VALUES(52,54,0,2.07546950341080682633e+00,'FINITE');
INSERT INTO "trial_values" VALUES(53,54,1,-1.94171529642174267582e-01,'FINITE');
INSERT INTO "trial_values" VALUES(54,55,0,5.23263953707047221267e-08,'FINITE');
INSERT INTO "trial_values" VALUES(55,55,1,-9.9954255305701578127e-01,'FINITE');
INSERT INTO "trial_values" VALUES(56,56,0,3.6561993789674668287e-01,'FINITE');
INSERT INTO "trial_values" VALUES(57,56,1,-1.562896473693876076e-01,'FINITE');
INSERT INTO "trial_values" VALUES(58,57,0,8.61491659580976149035e-02,'FINITE');
INSERT INTO "trial_values" VALUES(59,57,1,-4.99125602689645453402e-01,'FINITE');
INSERT INTO "trial_values" VALUES(60,58,0,3.41056643355050065347e-02,'FINITE');
INSERT INTO "trial_values" VALUES(61,58,1,-6.6475128526031379561e-01,'FINITE');
INSERT INTO "trial_values" VALUES(62,59,0,1.38771465369818575164e-01,'FINITE');
INSERT INTO "trial_values" VALUES(63,59,1,-0.393730619859135,'FINITE');
INSERT INTO "trial_values" VALUES(64,60,0,0.477648864298079,'FINITE');
INSERT INTO "trial_values" VALUES(65,60,1,-9.54059561258880223233e-02,'FINITE');
INSERT INTO "trial_values" VALUES(66,61,0,6.29697714429541366421e-01,'FINITE');
INSERT INTO "trial_values" VALUES(67,61,1,-4.26278175068615858278e-02,'FINITE');
INSERT INTO "trial_values" VALUES(68,62,0,1.16129389136817717798e+00,'FINITE');
INSERT INTO "trial_values" VALUES(69,62,1,-6.02695535474946902237e-03,'FINITE');
CREATE TABLE trials (
	trial_id INTEGER NOT NULL, 
	number INTEGER, 
	study_id INTEGER, 
	state VARCHAR(8) NOT NULL, 
	datetime_start DATETIME, 
	datetime_complete DATETIME, 
	PRIMARY KEY (trial_id), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-12-01 17:31:54.276387','2026-12-01 17:31:54.448250');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-12-01 17:31:54.473126','2026-12-01 17:31:54.674353');
INSERT INTO "trials" VALUES(3,2,1,'COMPLETE','2026-12-01 17:31:54.691911','2026-12-01 17:31:54.898671');
INSERT INTO "trials" VALUES(4,3,1,'COMPLETE','2026-12-01 17:31:54.924637','2026-12-01 17:31:55.134736');
INSERT INTO "trials" VALUES(5,4,1,'COMPLETE','2026-12-01 17:31:55.156312','2026-12-01 17:31:55.350311');
INSERT INTO "trials" VALUES(6,5,1,'COMPLETE','2026-12-01 17:31:55.376844','2026-12-01 17:31:55.567179');
INSERT INTO "trials" VALUES(7,6,1,'COMPLETE','2026-12-01 17:31:55.594082','2026-12-01 17:31:55.786110');
INSERT INTO "trials" VALUES(8,7,1,'FAIL','2026-12-01 17:31:55.808853','2026-12-01 17:31:55.969662');
INSERT INTO "trials" VALUES(9,8,1,'COMPLETE','2026-12-01 17:31:55.993844','2026-12-01 17:31:56.194115');
INSERT INTO "trials" VALUES(10,9,1,'COMPLETE','2026-12-01 17:31:56.220618','2026-12-01 17:31:56.438674');
INSERT INTO "trials" VALUES(11,10,1,'COMPLETE','2026-12-01 17:31:56.464713','2026-12-01 17:31:56.695375');
INSERT INTO "trials" VALUES(12,11,1,'COMPLETE','2026-12-01 17:31:56.720558','2026-12-01 17:31:56.958632');
INSERT INTO "trials" VALUES(13,12,1,'COMPLETE','2026-12-01 17:31:56.981110','2026-12-01 17:31:57.185894');
INSERT INTO "trials" VALUES(14,13,1,'COMPLETE','2026-12-01 17:31:57.212391','2026-12-01 17:31:57.411518');
INSERT INTO "trials" VALUES(15,14,1,'COMPLETE','2026-12-01 17:31:57.436948','2026-12-01 17:31:57.634773');
INSERT INTO "trials" VALUES(16,15,1,'PRUNED','2026-12-01 17:31:57.653353','2026-12-01 17:31:57.798779');
INSERT INTO "trials" VALUES(17,16,1,'COMPLETE','2026-12-01 17:31:57.833302','2026-12-01 17:31:58.054619');
INSERT INTO "trials" VALUES(18,17,1,'COMPLETE','2026-12-01 17:31:58.081025','2026-12-01 17:31:58.338435');
INSERT INTO "trials" VALUES(19,18,1,'COMPLETE','2026-12-01 17:31:58.361665','2026-12-01 17:31:58.594853');
INSERT INTO "trials" VALUES(20,19,1,'COMPLETE','2026-12-01 17:31:58.616098','2026-12-01 17:31:58.850493');
INSERT INTO "trials" VALUES(21,20,1,'PRUNED','2026-12-01 17:31:58.876688','2026-12-01 17:31:59.070672');
INSERT INTO "trials" VALUES(22,21,1,'COMPLETE','2026-12-01 17:31:59.093506','2026-12-01 17:31:59.331416');
INSERT INTO "trials" VALUES(23,22,1,'COMPLETE','2026-12-01 17:31:59.355537','2026-12-01 17:31:59.583132');
INSERT INTO "trials" VALUES(24,23,1,'COMPLETE','2026-12-01 17:31:59.606730','2026-12-01 17:31:59.822791');
INSERT INTO "trials" VALUES(25,24,1,'COMPLETE','2026-12-01 17:31:59.848613','2026-12-01 17:32:00.070786');
INSERT INTO "trials" VALUES(26,25,1,'PRUNED','2026-12-01 17:32:00.101229','2026-12-01 17:32:00.315140');
INSERT INTO "trials" VALUES(27,26,1,'COMPLETE','2026-12-01 17:32:00.337744','2026-12-01 17:32:00.554684');
INSERT INTO "trials" VALUES(28,27,1,'COMPLETE','2026-12-01 17:32:00.584942','2026-12-01 17:32:00.814795');
INSERT INTO "trials" VALUES(29,28,1,'COMPLETE','2026-12-01 17:32:00.832674','2026-12-01 17:32:01.065114');
INSERT INTO "trials" VALUES(30,29,1,'COMPLETE','2026-12-01 17:32:01.089196','2026-12-01 17:32:01.290424');
INSERT INTO "trials" VALUES(31,30,1,'PRUNED','2026-12-01 17:32:01.317546','2026-12-01 17:32:01.502662');
INSERT INTO "trials" VALUES(32,31,1,'COMPLETE','2026-12-01 17:32:01.521429','2026-12-01 17:32:01.754889');
INSERT INTO "trials" VALUES(33,32,1,'COMPLETE','2026-12-01 17:32:01.775462','2026-12-01 17:32:02.023082');
INSERT INTO "trials" VALUES(34,33,1,'COMPLETE','2026-12-01 17:32:02.049107','2026-12-01 17:32:02.283057');
INSERT INTO "trials" VALUES(35,34,1,'COMPLETE','2026-12-01 17:32:02.305446','2026-12-01 17:32:02.534982');
INSERT INTO "trials" VALUES(36,35,1,'PRUNED','2026-12-01 17:32:02.557235','2026-12-01 17:32:02.733966');
INSERT INTO "trials" VALUES(37,36,1,'COMPLETE','2026-12-01 17:32:02.761086','2026-12-01 17:32:03.102844');
INSERT INTO "trials" VALUES(38,37,1,'COMPLETE','2026-12-01 17:32:03.145144','2026-12-01 17:32:03.382830');
INSERT INTO "trials" VALUES(39,38,1,'COMPLETE','2026-12-01 17:32:03.414879','2026-12-01 17:32:03.664742');
INSERT INTO "trials" VALUES(40,39,1,'COMPLETE','2026-12-01 17:32:03.687318','2026-12-01 17:32:03.931217');
INSERT INTO "trials" VALUES(41,40,1,'PRUNED','2026-12-01 17:32:03.957518','2026-12-01 17:32:04.158661');
INSERT INTO "trials" VALUES(42,41,1,'COMPLETE','2026-12-01 17:32:04.198063','2026-12-01 17:32:04.422546');
INSERT INTO "trials" VALUES(43,42,1,'COMPLETE','2026-12-01 17:32:04.444962','2026-12-01 17:32:04.652099');
INSERT INTO "trials" VALUES(44,43,1,'COMPLETE','2026-12-01 17:32:04.674253','2026-12-01 17:32:04.878843');
INSERT INTO "trials" VALUES(45,44,1,'COMPLETE','2026-12-01 17:32:04.904965','2026-12-01 17:32:05.074390');
INSERT INTO "trials" VALUES(46,45,1,'PRUNED','2026-12-01 17:32:05.101810','2026-12-01 17:32:05.278479');
INSERT INTO "trials" VALUES(47,46,1,'COMPLETE','2026-12-01 17:32:05.302665','2026-12-01 17:32:05.489023');
INSERT INTO "trials" VALUES(48,47,1,'COMPLETE','2026-12-01 17:32:05.513169','2026-12-01 17:32:05.722963');
INSERT INTO "trials" VALUES(49,48,1,'COMPLETE','2026-12-01 17:32:05.749242','2026-12-01 17:32:05.974584');
INSERT INTO "trials" VALUES(50,49,1,'COMPLETE','2026-12-01 17:32:05.996669','2026-12-01 17:32:06.190821');
INSERT INTO "trials" VALUES(51,50,1,'RUNNING','2026-12-01 17:32:06.217006',NULL);
INSERT INTO "trials" VALUES(52,51,1,'WAITING',NULL,NULL);
INSERT INTO "trials" VALUES(53,0,2,'COMPLETE','2026-12-01 17:32:06.286945','2026-12-01 17:32:06.343334');
INSERT INTO "trials" VALUES(54,1,2,'COMPLETE','2026-12-01 17:32:06.368610','2026-12-01 17:32:06.423120');
INSERT INTO "trials" VALUES(55,2,2,'COMPLETE','2026-12-01 17:32:06.456478','2026-12-01 17:32:06.495382');
INSERT INTO "trials" VALUES(56,3,2,'COMPLETE','2026-12-01 17:32:06.521416','2026-12-01 17:32:06.565340');
INSERT INTO "trials" VALUES(57,4,2,'COMPLETE','2026-12-01 17:32:06.588226','2026-12-01 17:32:06.631330');
INSERT INTO "trials" VALUES(58,5,2,'COMPLETE','2026-12-01 17:32:06.650551','2026-12-01 17:32:06.694003');
INSERT INTO "trials" VALUES(59,6,2,'COMPLETE','2026-12-01 17:32:06.762489','2026-12-01 17:32:06.803687');
INSERT INTO "trials" VALUES(60,7,2,'COMPLETE','2026-12-01 17:32:06.828801','2026-12-01 17:32:06.866571');
INSERT INTO "trials" VALUES(61,8,2,'COMPLETE','2026-12-01 17:32:06.893363','2026-12-01 17:32:06.939547');
INSERT INTO "trials" VALUES(62,9,2,'COMPLETE','2026-12-01 17:32:06.965114','2026-12-01 17:32:07.015261');
CREATE TABLE version_info (
	version_info_id INTEGER NOT NULL, 
	schema_version INTEGER, 
	library_version VARCHAR(256), 
	PRIMARY KEY (version_info_id), 
	CHECK (version_info_id=1)
);
INSERT INTO "version_info" VALUES(1,12,'3.6.1');
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE INDEX ix_trials_study_id ON trials (study_id);
COMMIT;
